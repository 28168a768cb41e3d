import { cancellationSignal, sleep } from '@temporalio/activity';
import type { Agents } from '../../adapters/agents';
import { getRunner, type Pool, recordEvent } from '../../adapters/postgres';
import type { DecideOutsideInput, DecideOutsideResult, SimulationAgentActivities } from '../../contracts/simulation';
import { present } from '../../domain/kernel/assert';
import { LonghaulError } from '../../domain/kernel/errors';
import { callKeyOf } from '../../domain/kernel/ids';
import type { AgentDefinition, OutsideAgentDefinition } from '../../domain/simulation/run/agent-definition';
import type { AgentAnswer, AgentOutcome, AgentQuestion, OutsideAgent } from '../../domain/simulation/runners/question';
import type { DecidingPlace } from '../../domain/simulation/runners/runner';
import { pauseSeconds } from '../../domain/simulation/runners/tries';
import { OUTSIDE_ANSWERED, OUTSIDE_FAILED, type AgentReport } from '../../domain/telemetry/agent-samples';
import { heartbeating } from '../heartbeating';
import { toApplicationFailure } from '../to-application-failure';
import type { LoadedSimulation, SimulationLoader } from './simulation-loader';

export interface DecideOutsideDeps {
  pool: Pool;
  simulations: SimulationLoader;
  agents: Agents;
}

/** What came of all tries of one question. */
interface Asked {
  outcome: AgentAnswer | { problem: string };
  tries: number;
  ms: number;
}

/** One decision of an agent outside this program. What is wrong with the agent is a result; what is wrong here, an error. */
export function createDecideOutside(deps: DecideOutsideDeps): SimulationAgentActivities['decideOutside'] {
  return async (input) => {
    try {
      return await heartbeating(() => decideOutside(deps, input));
    } catch (error) {
      throw toApplicationFailure(error);
    }
  };
}

async function decideOutside(deps: DecideOutsideDeps, input: DecideOutsideInput): Promise<DecideOutsideResult> {
  const loaded = await deps.simulations.load(input.tenant, input.runId, input.worldVersion);
  const agent = outsideAgent(loaded, input);
  const asked = await askPatiently(() => agentOf(deps, agent, input), questionOf(loaded, input), agent);
  await report(deps, input, agent, asked);
  if ('problem' in asked.outcome)
    return { outcome: 'failed', detail: `${nameOf(agent)} gave no decision: ${asked.outcome.problem}` };
  const { decision, feedback } = loaded.entry.world.parseDecision(asked.outcome.decision, input.view);
  return { outcome: 'decided', decision, feedback };
}

function outsideAgent(
  { simulation: { agents } }: LoadedSimulation,
  { runId, agentId }: DecideOutsideInput,
): OutsideAgentDefinition {
  const agent = (agents as unknown as AgentDefinition[]).find(({ id }) => id === agentId);
  const isOutside = agent?.kind === 'http' || agent?.kind === 'process' || agent?.kind === 'runner';
  return present(isOutside ? agent : undefined, `Simulation ${runId} has no agent "${agentId}" outside this program`);
}

function questionOf(
  { entry: { world } }: LoadedSimulation,
  { runId, agentId, tick, round, view, hints }: DecideOutsideInput,
): AgentQuestion {
  const requestKey = callKeyOf(runId, `${tick}/${agentId}`, round);
  const where = { world: world.name, worldVersion: world.version };
  return { requestKey, runId, agentId, tick, round, ...where, view, prompt: world.prompt(view), hints };
}

/** A runner that moved is asked where it is now. @throws LonghaulError RunnerMissing, RunnerUnfit, UnknownCommand */
async function agentOf(
  { pool, agents }: DecideOutsideDeps,
  agent: OutsideAgentDefinition,
  { tenant, runId }: DecideOutsideInput,
): Promise<OutsideAgent> {
  return agents.agentAt(await placeOf(pool, tenant, agent), `${tenant}/${runId}/${agent.id}`);
}

async function placeOf(pool: Pool, tenant: string, agent: OutsideAgentDefinition): Promise<DecidingPlace> {
  if (agent.kind === 'http') return { kind: 'endpoint', address: agent.url, credential: agent.credential };
  if (agent.kind === 'process') return { kind: 'process', address: agent.command };
  const runner = await getRunner(pool, tenant, agent.runner);
  if (runner === undefined)
    throw new LonghaulError('RunnerMissing', {
      ...{ agent: agent.id, wanted: `"${agent.runner}" is registered any more`, known: 'see `longhaul agents list`' },
    });
  if (runner.kind !== 'worker') return { kind: runner.kind, address: runner.address, credential: runner.credential };
  const why = 'is a worker now, which takes partitions and answers no questions';
  throw new LonghaulError('RunnerUnfit', { agent: agent.id, runner: runner.id, why });
}

async function askPatiently(
  agentNow: () => Promise<OutsideAgent>,
  question: AgentQuestion,
  { timeoutSeconds, maxRetries }: OutsideAgentDefinition,
): Promise<Asked> {
  const cancelled = cancellationSignal();
  const beganMs = Date.now();
  for (let tries = 1; ; tries += 1) {
    const outcome = await askOnce(agentNow, question, timeoutSeconds);
    cancelled.throwIfAborted();
    if (!('problem' in outcome) || !outcome.again || tries > maxRetries)
      return { outcome, tries, ms: Date.now() - beganMs };
    await sleep(pauseSeconds(tries) * 1000);
  }
}

/** The operator's mistakes are the agent's failure: the run goes on with its fallback, and says why. */
async function askOnce(
  agentNow: () => Promise<OutsideAgent>,
  question: AgentQuestion,
  timeoutSeconds: number,
): Promise<AgentOutcome> {
  const signal = AbortSignal.any([cancellationSignal(), AbortSignal.timeout(timeoutSeconds * 1000)]);
  try {
    const outcome = await (await agentNow()).ask(question, signal);
    const isLate = 'problem' in outcome && signal.aborted;
    return isLate ? { problem: `no answer within ${timeoutSeconds} s`, again: true } : outcome;
  } catch (error) {
    if (LonghaulError.is(error) && !error.retryable) return { problem: error.message, again: false };
    throw error;
  }
}

function nameOf(agent: OutsideAgentDefinition): string {
  switch (agent.kind) {
    case 'http':
      return agent.url.split(/[?#]/)[0]!; // what stands behind may be a credential
    case 'process':
      return agent.command;
    case 'runner':
      return agent.runner;
  }
}

/** Among the events of the installation, where the performance report and alert rules find it. */
async function report(
  { pool }: DecideOutsideDeps,
  { tenant, runId, tick }: DecideOutsideInput,
  agent: OutsideAgentDefinition,
  { outcome, tries, ms }: Asked,
): Promise<void> {
  const failed = 'problem' in outcome;
  const said: AgentReport = { runner: nameOf(agent), ms, tries, metrics: failed ? {} : outcome.metrics };
  const type = failed ? OUTSIDE_FAILED : OUTSIDE_ANSWERED;
  await recordEvent(pool, { tenant, runId, node: agent.id, type, data: { ...said, kind: agent.kind, tick } });
}
