import {
  getRunNodes,
  getScenario,
  getSimulation,
  publishArtifacts,
  setResult,
  type Simulation,
  withTransaction,
} from '../../adapters/postgres';
import { newId } from '../../adapters/postgres/new-id';
import type { ConcludeResult, SimulationIoActivities } from '../../contracts/simulation';
import type { Payloads } from '../../domain/artifacts/payload-store';
import { present } from '../../domain/kernel/assert';
import { canonicalJson, type Json } from '../../domain/kernel/canonical-json';
import type { ScenarioDefinition } from '../../domain/scenarios/definition';
import { ScenarioJudge } from '../../domain/scenarios/judge';
import type { AgentDefinition } from '../../domain/simulation/run/agent-definition';
import { type ConcludedTick, WORLDS } from '../../domain/worlds';
import { heartbeating } from '../heartbeating';
import { toApplicationFailure } from '../to-application-failure';
import type { RecordTicksDeps } from './record-ticks';
import { recordedRun } from './recorded-run';
import { heldWorld, type LoadedSimulation } from './simulation-loader';

export interface ConcludeDeps extends RecordTicksDeps {
  payloads: Payloads;
  settled(): void;
}

/** The result of a run, held against its world's contract and its scenario's criteria, as an artifact. Idempotent. */
export function createConclude(deps: ConcludeDeps): SimulationIoActivities['conclude'] {
  return async (input) => {
    try {
      return await heartbeating(() => conclude(deps, input));
    } catch (error) {
      throw toApplicationFailure(error);
    }
  };
}

type ConcludeInput = Parameters<SimulationIoActivities['conclude']>[0];

async function conclude(deps: ConcludeDeps, input: ConcludeInput): Promise<ConcludeResult> {
  const { tenant, runId, tick } = input;
  const loaded = await deps.simulations.load(tenant, runId);
  const { position, worldVersion } = await deps.positions.at(tenant, runId, tick);
  const { world } = loaded.simulation;
  const concluding = heldWorld(world, worldVersion).concluding(position.state);
  const judge = await judgeOf(deps, loaded);
  const decisions = new SharedDecisions(loaded);
  for await (const ticks of recordedRun(deps.pool, { tenant, runId, until: tick }))
    for (const one of ticks) {
      const read = WORLDS.recorded(world, one, one.worldVersion, worldVersion);
      concluding.add(read);
      judge?.add(read.summary.figures);
      decisions.add(one);
    }
  const { result, violations, measured, score } = concluding.end(await executionOf(deps, loaded, decisions.count));
  const verdicts = judge?.judged() ?? null;
  const payload = { result, violations, measured, verdicts: verdicts as unknown as Json };
  const resultRef = await publish(deps, input, payload);
  const passed = verdicts?.every(({ verdict }) => verdict.passed);
  return {
    ...{ resultRef, violations: violations.length },
    ...(score === null ? {} : { score }),
    ...(passed === undefined ? {} : { passed }),
  };
}

/** What a fork shares was paid by its parent: one call for each decision that a model made there. */
class SharedDecisions {
  count = 0;
  private readonly models: ReadonlySet<string>;
  private readonly until: number;

  constructor(loaded: LoadedSimulation) {
    this.models = new Set(modelAgentsOf(loaded));
    this.until = loaded.simulation.forkTick ?? 0;
  }

  add({ tick, answers }: ConcludedTick): void {
    if (tick <= this.until) this.count += answers.filter(({ agentId }) => this.models.has(agentId)).length;
  }
}

function modelAgentsOf({ simulation: { agents } }: LoadedSimulation): string[] {
  return (agents as unknown as AgentDefinition[]).flatMap(({ id, kind }) => (kind === 'llm' ? [id] : []));
}

async function executionOf({ pool }: ConcludeDeps, loaded: LoadedSimulation, shared: number) {
  const { tenant, runId } = loaded.simulation;
  const nodes = await getRunNodes(pool, tenant, runId);
  const sum = (figure: 'calls' | 'inputTokens' | 'outputTokens' | 'costMicroUsd') =>
    nodes.reduce((total, node) => total + node[figure], 0);
  return {
    ...{ modelAgents: modelAgentsOf(loaded), llmCalls: sum('calls') + shared, inputTokens: sum('inputTokens') },
    ...{ outputTokens: sum('outputTokens'), costMicroUsd: sum('costMicroUsd') },
  };
}

/** A scenario that was deleted since is nothing to judge by, and the run keeps its result. */
async function judgeOf(
  { pool }: ConcludeDeps,
  { simulation: { tenant, scenarioId } }: LoadedSimulation,
): Promise<ScenarioJudge | undefined> {
  const scenario = scenarioId === null ? undefined : await getScenario(pool, tenant, scenarioId);
  return scenario && new ScenarioJudge(scenario.definition as ScenarioDefinition);
}

async function publish(
  { pool, payloads, settled }: ConcludeDeps,
  { tenant, runId }: ConcludeInput,
  payload: { [key: string]: Json },
): Promise<string> {
  const stored = await payloads.carried.put(Buffer.from(canonicalJson(payload), 'utf8'));
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
