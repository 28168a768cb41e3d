import {
  modelUsage,
  getRunNodes,
  getScenario,
  getSimulation,
  listTickEvents,
  listTicks,
  publishArtifacts,
  setResult,
  type Simulation,
  type TickRow,
  withTransaction,
} from '../../adapters/postgres';
import { newId } from '../../adapters/postgres/new-id';
import type { ConcludeResult, SimulationIoActivities } from '../../contracts/simulation';
import type { PayloadStore } from '../../domain/artifacts/payload-store';
import { present } from '../../domain/kernel/assert';
import { canonicalJson, type Json } from '../../domain/kernel/canonical-json';
import type { ScenarioDefinition } from '../../domain/scenarios/definition';
import { type Judged, judgeScenario } from '../../domain/scenarios/judge';
import type { AgentDefinition } from '../../domain/simulation/run/agent-definition';
import type { WorldEvent } from '../../domain/simulation/world';
import type { ConcludedTick, UsageByTick } from '../../domain/worlds';
import { toApplicationFailure } from '../to-application-failure';
import type { RecordTicksDeps } from './record-ticks';
import type { LoadedSimulation } from './simulation-loader';

export interface ConcludeDeps extends RecordTicksDeps {
  payloads: PayloadStore;
  settled(): void;
}

const TICKS_PER_READ = 1_000;
/** A result holds a row for each tick; of a longer run the ticks themselves are the record. */
const TICKS_MAX = 20_000;
const EVENTS_MAX = 1_000_000;

/** The result of a run, held against its world's contract and its scenario's criteria, as an artifact. Idempotent. */
export function createConclude(deps: ConcludeDeps): SimulationIoActivities['conclude'] {
  return async (input) => {
    try {
      return await conclude(deps, input);
    } catch (error) {
      throw toApplicationFailure(error);
    }
  };
}

type ConcludeInput = Parameters<SimulationIoActivities['conclude']>[0];

async function conclude(deps: ConcludeDeps, input: ConcludeInput): Promise<ConcludeResult> {
  const { tenant, runId, tick } = input;
  const loaded = await deps.simulations.load(tenant, runId);
  const ticks = await readTicks(deps, input);
  const { state } = await deps.positions.at(tenant, runId, tick);
  const execution = await executionOf(deps, loaded, ticks);
  const { result, violations, measured, score } = loaded.entry.conclude(
    ...([ticks, state, execution, await usageOf(deps, input)] as const),
  );
  const verdicts = await judged(deps, loaded, ticks);
  const payload = { result, violations, measured, verdicts: verdicts as unknown as Json };
  const resultRef = await publish(deps, input, payload);
  const passed = verdicts?.every(({ verdict }) => verdict.passed);
  return {
    ...{ resultRef, violations: violations.length },
    ...(score === null ? {} : { score }),
    ...(passed === undefined ? {} : { passed }),
  };
}

async function usageOf({ pool }: ConcludeDeps, { tenant, runId, tick }: ConcludeInput): Promise<UsageByTick> {
  const used = await modelUsage(pool, { tenant, runId, until: tick });
  return new Map(
    used.map(({ tick: at, tokens, costsMicroUsd }) => {
      const costMicroUsd = costsMicroUsd.reduce((sum, cost) => sum + cost, 0);
      return [at, { tokens, costMicroUsd, operationsMicroUsd: costsMicroUsd }];
    }),
  );
}

async function readTicks({ pool }: ConcludeDeps, { tenant, runId, tick }: ConcludeInput): Promise<ConcludedTick[]> {
  const from = Math.max(0, tick - TICKS_MAX);
  const rows: TickRow[] = [];
  for (let after = from; after < tick; after = rows.at(-1)?.tick ?? tick) {
    const range = { tenant, runId, after, until: tick, limit: TICKS_PER_READ };
    const page = await listTicks(pool, range);
    if (page.length === 0) break;
    rows.push(...page);
  }
  const events = await listTickEvents(pool, { tenant, runId, after: from, until: tick, limit: EVENTS_MAX });
  const byTick = new Map<number, WorldEvent[]>();
  for (const { tick: at, ...event } of events) byTick.set(at, [...(byTick.get(at) ?? []), event]);
  return rows.map((row) => concludedTick(row, byTick.get(row.tick) ?? []));
}

function concludedTick({ tick, figures, storyline, mood, rounds }: TickRow, events: WorldEvent[]): ConcludedTick {
  return { tick, summary: { figures, storyline, mood }, events, answers: (rounds ?? []).flat() };
}

/** What a fork shares was paid by its parent: one call for each decision that a model made there. */
async function executionOf(
  { pool }: ConcludeDeps,
  { simulation: { tenant, runId, forkTick, agents } }: LoadedSimulation,
  ticks: readonly ConcludedTick[],
) {
  const modelAgents = (agents as unknown as AgentDefinition[]).flatMap(({ id, kind }) => (kind === 'llm' ? [id] : []));
  const nodes = await getRunNodes(pool, tenant, runId);
  const sum = (figure: 'calls' | 'inputTokens' | 'outputTokens' | 'costMicroUsd') =>
    nodes.reduce((total, node) => total + node[figure], 0);
  const shared = ticks
    .filter(({ tick }) => tick <= (forkTick ?? 0))
    .flatMap(({ answers }) => answers.filter(({ agentId }) => modelAgents.includes(agentId))).length;
  return {
    ...{ modelAgents, llmCalls: sum('calls') + shared, inputTokens: sum('inputTokens') },
    ...{ outputTokens: sum('outputTokens'), costMicroUsd: sum('costMicroUsd') },
  };
}

async function judged(
  { pool }: ConcludeDeps,
  { simulation: { tenant, scenarioId } }: LoadedSimulation,
  ticks: readonly ConcludedTick[],
): Promise<Judged[] | null> {
  if (scenarioId === null) return null;
  const scenario = await getScenario(pool, tenant, scenarioId);
  if (!scenario) return null; // deleted since: there is nothing to judge by, and the run keeps its result
  const days = ticks.map(({ summary }) => summary.figures);
  return judgeScenario(scenario.definition as ScenarioDefinition, days);
}

async function publish(
  { pool, payloads, settled }: ConcludeDeps,
  { tenant, runId }: ConcludeInput,
  payload: { [key: string]: Json },
): Promise<string> {
  const stored = await payloads.put(Buffer.from(canonicalJson(payload), 'utf8'));
  const ref = newId();
  const header = {
    ...{ ...stored, ref, tenant, sessionId: runId, branchId: 'main', type: 'state' as const, mime: 'application/json' },
    tags: ['result'],
  };
  const resultRef = await withTransaction(pool, async (tx) => {
    if (!(await setResult(tx, { tenant, runId, resultRef: ref }))) return undefined;
    await publishArtifacts(tx, [header]);
    return ref;
  });
  settled();
  return resultRef ?? (await earlierResult({ pool }, tenant, runId));
}

async function earlierResult({ pool }: Pick<ConcludeDeps, 'pool'>, tenant: string, runId: string): Promise<string> {
  const simulation: Simulation | undefined = await getSimulation(pool, tenant, runId);
  return present(simulation?.resultRef, `Simulation ${runId}: its result was stored, and is gone`);
}
