import { newId } from '../../adapters/postgres/new-id';
import type { DecideInput, DecideResult, SimulationLlmActivities } from '../../contracts/simulation';
import { interpretAnswer } from '../../domain/agents/agent-output';
import type { NewArtifact } from '../../domain/artifacts/header';
import { present } from '../../domain/kernel/assert';
import { canonicalJson } from '../../domain/kernel/canonical-json';
import { budgetId, callKeyOf } from '../../domain/kernel/ids';
import type { ChatAnswer, ChatRequest } from '../../domain/llm/chat';
import type { AgentDefinition, LlmAgentDefinition } from '../../domain/simulation/run/agent-definition';
import type { CallArtifacts, CallFacts, GatewayResult } from '../../gateway';
import { heartbeating } from '../heartbeating';
import type { LlmActivityDeps } from '../llm/call-agent';
import { MAX_WAIT_MS, nextAttempt } from '../llm/next-attempt';
import { wanted } from '../llm/wanted';
import { toApplicationFailure } from '../to-application-failure';
import { decisionRequest } from './decision-request';
import type { LoadedSimulation, SimulationLoader } from './simulation-loader';

export type DecideDeps = Pick<LlmActivityDeps, 'gateway' | 'payloads' | 'readJson' | 'settled'> & {
  simulations: SimulationLoader;
};

/** One decision of one agent: from what it sees to a paid, stored answer that its world has read. */
export function createDecide(deps: DecideDeps): SimulationLlmActivities['decide'] {
  return async (input) => {
    try {
      const loaded = await deps.simulations.load(input.tenant, input.runId);
      return await heartbeating((heartbeat) => decideOnce(deps, loaded, input, heartbeat));
    } catch (error) {
      throw toApplicationFailure(error);
    }
  };
}

async function decideOnce(
  deps: DecideDeps,
  loaded: LoadedSimulation,
  input: DecideInput,
  heartbeat: () => void,
): Promise<DecideResult> {
  const agent = llmAgent(loaded, input);
  const request = decisionRequest(loaded.entry.world, agent, input);
  let fresh: { resultRef: string; answer: ChatAnswer } | undefined;
  try {
    const result = await deps.gateway.call(
      {
        ...{
          tenant: input.tenant,
          runId: input.runId,
          node: input.agentId,
          request,
          callKey: callKeyOfDecision(input),
        },
        budgets: [budgetId.agent(input.runId, input.agentId), budgetId.run(input.runId)],
        // What one agent decides must not depend on who asked the same at the same moment.
        shareWithin: callKeyOfDecision(input),
        fallbackModels: agent.llmConfig.fallbackModels,
        retriesExhausted: (failures) => failures > agent.maxRetries,
        delivery: agent.delivery,
        priority: 'simulation',
        cassette: loaded.simulation.cassette ?? undefined,
        timeoutMs: agent.timeoutSeconds * 1000,
        maxWaitMs: MAX_WAIT_MS,
        buildArtifacts: async (answer, facts) => {
          const built = await callArtifacts(deps, input, request, answer, facts);
          fresh = { resultRef: built.resultRef, answer };
          return built;
        },
      },
      { ...wanted(), heartbeat },
    );
    deps.settled();
    // Stored before, or paid by another attempt of this activity: read from where it lies.
    const answer = fresh?.resultRef === result.resultRef ? fresh.answer : await readBack(deps, input, result);
    return resultOf(loaded, agent, input, answer, result);
  } catch (error) {
    // Failures are counted over this one decision: an agent of a simulation is asked for weeks.
    throw nextAttempt({ ...agent, name: agent.id }, error)?.error ?? error;
  }
}

function llmAgent({ simulation: { agents } }: LoadedSimulation, { runId, agentId }: DecideInput): LlmAgentDefinition {
  const agent = (agents as unknown as AgentDefinition[]).find(({ id, kind }) => id === agentId && kind === 'llm');
  return present(agent as LlmAgentDefinition | undefined, `Simulation ${runId} has no agent "${agentId}" with a model`);
}

/** `{runId}/{tick}/{agent}/{callIndex}`: a fork asks anew, so it has its own. */
function callKeyOfDecision({ runId, tick, agentId, callIndex }: DecideInput): string {
  return callKeyOf(runId, `${tick}/${agentId}`, callIndex);
}

async function readBack(
  { readJson }: DecideDeps,
  { tenant }: DecideInput,
  { resultRef }: GatewayResult,
): Promise<ChatAnswer> {
  return ((await readJson(tenant, resultRef)) as { answer: ChatAnswer }).answer;
}

function resultOf(
  { entry: { world } }: LoadedSimulation,
  { llmConfig }: LlmAgentDefinition,
  { view }: DecideInput,
  answer: ChatAnswer,
  { costMicroUsd, paidBeforeMicroUsd, usage }: GatewayResult,
): DecideResult {
  const tokens = usage.inputTokens + usage.outputTokens;
  const paid = { costMicroUsd, metered: { tokens, costMicroUsd: paidBeforeMicroUsd ?? costMicroUsd } };
  const verdict = interpretAnswer(answer, { llmConfig: { ...llmConfig, responseFormat: 'json' }, tools: [] });
  if (verdict.ok !== true) {
    const detail = verdict.ok === false ? verdict.detail : 'The model asked for tools that it was not offered.';
    return { outcome: 'bad-output', detail, ...paid };
  }
  const { decision, feedback } = world.parseDecision(verdict.output.json, view);
  return { outcome: 'decided', decision, feedback, ...paid };
}

async function callArtifacts(
  { payloads }: DecideDeps,
  { tenant, runId, agentId, tick, callIndex }: DecideInput,
  request: ChatRequest,
  answer: ChatAnswer,
  { costMicroUsd, usage, latencyMs, attemptKey, requestHash, cassette }: CallFacts,
): Promise<CallArtifacts> {
  const ref = newId();
  const stored = await payloads.put(Buffer.from(canonicalJson({ request, answer }), 'utf8'));
  const call: NewArtifact = {
    ...{ ...stored, ref, tenant, sessionId: runId, branchId: 'main', type: 'state', agentId, mime: 'application/json' },
    ...{ tags: ['call', 'decision'], model: answer.model, costMicroUsd, latencyMs },
    ...{ inputTokens: usage.inputTokens, outputTokens: usage.outputTokens },
    meta: { attemptKey, cassette, tick, callIndex, requestHash, finishReason: answer.finishReason },
  };
  return { artifacts: [call], resultRef: ref, node: { status: 'running' } };
}
