import type { CallAgentInput } from '../../contracts/agent-run';
import type { Interpretation } from '../../domain/agents/agent-output';
import type { NewArtifact } from '../../domain/artifacts/header';
import type { PayloadStore } from '../../domain/artifacts/payload-store';
import type { ChatAnswer, ChatRequest } from '../../domain/llm/chat';
import type { CallArtifacts, CallFacts } from '../../gateway';
import type { AgentContext } from '../agent-context';
import { runArtifact } from '../run-artifact';

/**
 * Makes the payloads durable and describes what the settling transaction publishes: the call (request and answer), and,
 * when the answer is usable, the agent's output, whose parents are the call and what it was made from.
 */
export async function callArtifacts(
  payloads: PayloadStore,
  input: CallAgentInput,
  context: AgentContext,
  request: ChatRequest,
  answer: ChatAnswer,
  facts: CallFacts,
  verdict: Interpretation,
): Promise<CallArtifacts> {
  const dependencyRefs = context.dependencies.map(({ ref }) => ref);
  const putCall = () => runArtifact(payloads, input, { request, answer });
  const callOf = (stored: NewArtifact): NewArtifact => ({
    ...stored,
    parentRefs: dependencyRefs,
    tags: ['call'],
    model: answer.model,
    costMicroUsd: facts.costMicroUsd,
    inputTokens: facts.usage.inputTokens,
    outputTokens: facts.usage.outputTokens,
    latencyMs: facts.latencyMs,
    meta: {
      attemptKey: facts.attemptKey,
      callIndex: input.callIndex,
      requestHash: facts.requestHash,
      finishReason: answer.finishReason,
    },
  });
  if (verdict.ok !== true) {
    const call = callOf(await putCall());
    return { artifacts: [call], resultRef: call.ref, node: { status: 'running', ...whyNotDone(verdict) } };
  }
  // Side by side, because each waits for the disk twice.
  const [storedCall, storedOutput] = await Promise.all([putCall(), runArtifact(payloads, input, verdict.output)]);
  const call = callOf(storedCall);
  const output: NewArtifact = {
    ...storedOutput,
    parentRefs: [call.ref, ...dependencyRefs],
    tags: ['output'],
    model: answer.model,
    meta: { callIndex: input.callIndex },
  };
  return { artifacts: [call, output], resultRef: call.ref, node: { status: 'completed', outputRef: output.ref } };
}

function whyNotDone(verdict: Exclude<Interpretation, { ok: true }>): { reasonCode: string; reason: string } {
  if (verdict.ok === false) return { reasonCode: 'bad_output', reason: verdict.detail };
  return { reasonCode: 'calling_tools', reason: `Calls ${verdict.count} tool${verdict.count > 1 ? 's' : ''}.` };
}
