import { type Db, getRunEvents, renameRun, type RunEvent } from '../../adapters/postgres';
import type { SimulationChange, SimulationTermsBody } from '../../contracts/api.schema';
import { TERMS_UPDATE } from '../../contracts/simulation';
import { LonghaulError, type Problem } from '../../domain/kernel/errors';
import type { AgentDefinition } from '../../domain/simulation/run/agent-definition';
import { type AgreedTerms, factsAfter, TERMS_CHANGED } from '../../domain/simulation/run/simulation-terms';
import { type WorldEntry, worldOf, WORLDS } from '../../domain/worlds';
import { invalidRequest } from '../http/validate';
import type { RequestContext } from '../route';
import { budgetProblems } from './check-budgets';
import { requireSimulation } from './require-simulation';
import { checkRules } from './check-simulation';
import { steerSimulation } from './steer-simulation';

const PAGE = 500;

/**
 * The name is the book's to change, all else the run's: it comes first, for it may refuse.
 *
 * @throws LonghaulError NotFound, InvalidRequest, WrongState of a run that has not started or is over, ServiceUnavailable
 */
export async function changeSimulation(
  context: RequestContext,
  runId: string,
  { name, ...terms }: SimulationChange,
): Promise<{ runId: string; done: true }> {
  const { deps, tenant } = context;
  await requireSimulation(deps.pool, tenant, runId);
  if (Object.values(terms).some((value) => value !== undefined)) await changeTerms(context, runId, terms);
  if (name !== undefined) await renameRun(deps.pool, { tenant, runId, name });
  return { runId, done: true };
}

async function changeTerms(context: RequestContext, runId: string, wanted: SimulationTermsBody): Promise<void> {
  const { deps, tenant } = context;
  const { simulation } = await requireSimulation(deps.pool, tenant, runId);
  const now = factsAfter(simulation, await agreedTerms(deps.pool, tenant, runId));
  const entry = goingOn(now, wanted.worldVersion ?? now.worldVersion, 'Simulation');
  checkRules(entry, wanted.rules ?? []);
  checkLimits(entry, now.agents as unknown as AgentDefinition[], wanted);
  await steerSimulation(context, runId, TERMS_UPDATE, wanted);
}

/** The version in which a run of this one goes on. @throws LonghaulError WorldMissing, InvalidRequest when it cannot */
export function goingOn(
  { world, worldVersion: from }: { world: string; worldVersion: number },
  to: number,
  what: 'Simulation' | 'Fork',
): WorldEntry {
  const entry = worldOf(world, to);
  const message = WORLDS.obstacle(world, from, to);
  if (entry && message === undefined) return entry;
  if (to === from) throw new LonghaulError('WorldMissing', { world, version: from });
  throw invalidRequest(what, [{ path: 'worldVersion', message: message! }]);
}

function checkLimits(
  entry: WorldEntry,
  agents: readonly AgentDefinition[],
  { budgets = {} }: SimulationTermsBody,
): void {
  const models = agents.filter(({ kind }) => kind === 'llm').map(({ id }) => id);
  const problems = Object.entries(budgets).flatMap(([agentId, budget]): Problem[] => {
    const path = `budgets.${agentId}`;
    if (models.includes(agentId)) return budgetProblems(entry, budget, path);
    const message = `Budgets limit agents with a model; the run has ${models.join(', ') || 'none'}.`;
    return [{ path, message }];
  });
  if (problems.length > 0) throw invalidRequest('Simulation', problems);
}

/** What was agreed on in a run so far, oldest first. */
export async function agreedTerms(db: Db, tenant: string, runId: string): Promise<AgreedTerms[]> {
  const events: RunEvent[] = [];
  for (let page = PAGE; page === PAGE;) {
    const query = { tenant, runId, type: TERMS_CHANGED, afterSeq: events.at(-1)?.seq ?? 0, limit: PAGE };
    const found = await getRunEvents(db, query);
    events.push(...found);
    page = found.length;
  }
  return events.map(({ data }) => data as unknown as AgreedTerms);
}
