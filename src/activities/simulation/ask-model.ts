import { newId } from '../../adapters/postgres/new-id';
import type { AnswerUsage } from '../../domain/deciders/model-call';
import type { NewArtifact } from '../../domain/artifacts/header';
import type { PayloadWriter } from '../../domain/artifacts/payload-store';
import { present } from '../../domain/kernel/assert';
import { canonicalJson } from '../../domain/kernel/canonical-json';
import { budgetId, callKeyOf } from '../../domain/kernel/ids';
import type { CassetteUse } from '../../domain/llm/cassette';
import type { ChatAnswer, ChatRequest } from '../../domain/llm/chat';
import type { AgentDefinition, LlmAgentDefinition } from '../../domain/simulation/run/agent-definition';
import type { CallArtifacts, CallFacts } from '../../gateway';
import type { LlmActivityDeps } from '../llm/call-agent';
import { MAX_WAIT_MS, nextAttempt } from '../llm/next-attempt';
import { wanted } from '../llm/wanted';
import type { LoadedSimulation, SimulationLoader } from './simulation-loader';

export type AskModelDeps = Pick<LlmActivityDeps, 'gateway' | 'payloads' | 'readJson' | 'settled'> & {
  simulations: SimulationLoader;
};

/** What one agent's model is asked in one tick. */
export interface Question {
  tenant: string;
  runId: string;
  agent: LlmAgentDefinition;
  /** Of the run, where recordings answer. */
  cassette: CassetteUse | undefined;
  /** How many ticks are done. */
  tick: number;
  /** Unique among the questions of its purpose that this agent is asked in one tick. */
  callIndex: number;
  purpose: 'decision' | 'review';
  request: ChatRequest;
}

export interface PaidAnswer {
  answer: ChatAnswer;
  /** Of the artifact in which question and answer are stored. */
  answerRef: string;
  costMicroUsd: number;
  metered: AnswerUsage;
}

/** One question, metered and stored: whoever asks it again is told the stored answer. */
export async function askModel(deps: AskModelDeps, question: Question, heartbeat: () => void): Promise<PaidAnswer> {
  const { tenant, runId, agent, request } = question;
  const callKey = callKeyOfQuestion(question);
  let fresh: { resultRef: string; answer: ChatAnswer } | undefined;
  try {
    const { resultRef, costMicroUsd, paidBeforeMicroUsd, usage } = await deps.gateway.call(
      {
        ...{ tenant, runId, node: agent.id, request, callKey },
        budgets: [budgetId.agent(runId, agent.id), budgetId.run(runId)],
        // What one agent decides must not depend on who asked the same at the same moment.
        shareWithin: callKey,
        fallbackModels: agent.llmConfig.fallbackModels,
        retriesExhausted: (failures) => failures > agent.maxRetries,
        delivery: agent.delivery,
        priority: 'simulation',
        cassette: question.cassette,
        timeoutMs: agent.timeoutSeconds * 1000,
        maxWaitMs: MAX_WAIT_MS,
        buildArtifacts: async (answer, facts) => {
          const built = await callArtifacts({ payloads: deps.payloads.carried }, question, answer, facts);
          fresh = { resultRef: built.resultRef, answer };
          return built;
        },
      },
      { ...wanted(), heartbeat },
    );
    deps.settled();
    // Stored before, or paid by another attempt of this activity: read from where it lies.
    const answer = fresh?.resultRef === resultRef ? fresh.answer : await storedAnswer(deps, tenant, resultRef);
    const tokens = usage.inputTokens + usage.outputTokens;
    const metered = { tokens, costMicroUsd: paidBeforeMicroUsd ?? costMicroUsd };
    return { answer, answerRef: resultRef, costMicroUsd, metered };
  } catch (error) {
    // Failures are counted over this one question: an agent of a simulation is asked for weeks.
    throw nextAttempt({ ...agent, name: agent.id }, error)?.error ?? error;
  }
}

async function storedAnswer(
  { readJson }: Pick<AskModelDeps, 'readJson'>,
  tenant: string,
  answerRef: string,
): Promise<ChatAnswer> {
  return ((await readJson(tenant, answerRef)) as { answer: ChatAnswer }).answer;
}

export function llmAgentOf({ simulation: { agents, runId } }: LoadedSimulation, agentId: string): LlmAgentDefinition {
  const agent = (agents as unknown as AgentDefinition[]).find(({ id, kind }) => id === agentId && kind === 'llm');
  return present(agent as LlmAgentDefinition | undefined, `Simulation ${runId} has no agent "${agentId}" with a model`);
}

/** `{runId}/{tick}/{agent}/{callIndex}`, with `/review` after a review's agent. A fork asks anew, so it has its own. */
export function callKeyOfQuestion({ runId, tick, agent, callIndex, purpose }: Question): string {
  return callKeyOf(runId, `${tick}/${agent.id}${purpose === 'review' ? '/review' : ''}`, callIndex);
}

/** Of the first decision that the agent is asked for in the tick. */
export function decisionCallKey(runId: string, tick: number, agentId: string): string {
  return callKeyOf(runId, `${tick}/${agentId}`, 0);
}

export async function callArtifacts(
  { payloads }: { payloads: PayloadWriter },
  { tenant, runId, agent, tick, callIndex, purpose, request }: Question,
  answer: ChatAnswer,
  { costMicroUsd, usage, latencyMs, attemptKey, requestHash, cassette }: CallFacts,
  ref = newId(),
): Promise<CallArtifacts> {
  const stored = await payloads.put(Buffer.from(canonicalJson({ request, answer }), 'utf8'));
  const call: NewArtifact = {
    ...{ ...stored, ref, tenant, sessionId: runId, branchId: 'main', type: 'state', mime: 'application/json' },
    ...{ agentId: agent.id, tags: ['call', purpose], model: answer.model, costMicroUsd, latencyMs },
    ...{ inputTokens: usage.inputTokens, outputTokens: usage.outputTokens },
    meta: { attemptKey, cassette, tick, callIndex, requestHash, finishReason: answer.finishReason },
  };
  return { artifacts: [call], resultRef: ref, node: { status: 'running' } };
}
