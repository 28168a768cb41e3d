import { jsonSchemaCheck } from '../../adapters/json-schema';
import type { CallAgentInput } from '../../contracts/agent-run';
import type { LlmAgent } from '../../domain/agents/agent-graph';
import { interpretAnswer, type Interpretation } from '../../domain/agents/agent-output';
import type { Payloads } from '../../domain/artifacts/payload-store';
import { assert } from '../../domain/kernel/assert';
import { budgetId, callKeyOf } from '../../domain/kernel/ids';
import type { ChatAnswer, ChatRequest } from '../../domain/llm/chat';
import type { CallArtifacts, GatewayCall } from '../../gateway';
import type { AgentContext } from '../agent-context';
import { callArtifacts } from './call-artifacts';
import { MAX_WAIT_MS } from './next-attempt';

/** Told what was made of an answer, before it is settled. */
type OnBuilt = (built: CallArtifacts, answer: ChatAnswer, verdict: Interpretation) => void;

/** A call of an agent of a run, as the gateway takes it. */
export function agentCall(
  payloads: Payloads,
  input: CallAgentInput,
  context: AgentContext<LlmAgent>,
  request: ChatRequest,
  onBuilt: OnBuilt = () => undefined,
) {
  const { agent } = context;
  const { tenant, runId, node, callIndex } = input;
  return {
    ...{ tenant, runId, node, request },
    callKey: callKeyOf(input.originRunId ?? runId, node, callIndex),
    budgets: [budgetId.agent(runId, node), budgetId.run(runId)],
    // Two runs of one graph are two samples: what one costs must not depend on who else began at the same moment.
    shareWithin: runId,
    fallbackModels: agent.llmConfig.fallbackModels,
    retriesExhausted: (modelFailures: number) => modelFailures > agent.maxRetries,
    // What leaves its batch lane is asked in one request.
    delivery: agent.delivery === 'batch' ? 'sync' : agent.delivery,
    priority: context.priorityClass,
    timeoutMs: agent.timeoutSeconds * 1000,
    queueTimeoutMs: context.queueTimeoutMs,
    maxWaitMs: MAX_WAIT_MS,
    cassette: context.cassette,
    buildArtifacts: async (answer, facts) => {
      const verdict = interpret(context, answer);
      const built = await callArtifacts(payloads, input, context, request, answer, facts, verdict);
      onBuilt(built, answer, verdict);
      return built;
    },
  } satisfies GatewayCall;
}

export function interpret({ agent }: AgentContext<LlmAgent>, answer: ChatAnswer): Interpretation {
  const schema = agent.llmConfig.responseSchema;
  return interpretAnswer(answer, agent, schema && jsonSchemaCheck(schema));
}

export function llmContext(context: AgentContext): AgentContext<LlmAgent> {
  const { agent } = context;
  assert(agent.kind === 'llm', `Agent "${agent.name}" is of kind ${agent.kind}; no model is called for it`);
  return { ...context, agent };
}
