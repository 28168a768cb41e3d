import { newId } from '../../adapters/postgres/new-id';
import type { CallAgentInput } from '../../contracts/agent-run';
import type { AgentOutput, Interpretation } from '../../domain/agents/agent-output';
import type { NewArtifact } from '../../domain/artifacts/header';
import type { Payloads } from '../../domain/artifacts/payload-store';
import type { ChatAnswer, ChatRequest } from '../../domain/llm/chat';
import type { CallArtifacts, CallFacts } from '../../gateway';
import type { AgentContext } from '../agent-context';
import { runArtifact } from '../run-artifact';

/**
 * Describes what the settling transaction publishes, its payloads durable or with it: the call (request and answer), and,
 * when the answer is usable, the agent's output, whose parents are the call and what it was made from.
 */
export async function callArtifacts(
  payloads: Payloads,
  input: CallAgentInput,
  context: AgentContext,
  request: ChatRequest,
  answer: ChatAnswer,
  facts: CallFacts,
  verdict: Interpretation,
): Promise<CallArtifacts> {
  const dependencyRefs = context.dependencies.map(({ ref }) => ref);
  const putCall = (ref: string) => runArtifact(payloads, input, { request, answer }, ref);
  const callOf = (stored: NewArtifact): NewArtifact => ({
    ...stored,
    parentRefs: dependencyRefs,
    tags: verdict.ok === true && verdict.repaired ? ['call', 'json-repaired'] : ['call'],
    model: answer.model,
    costMicroUsd: facts.costMicroUsd,
    inputTokens: facts.usage.inputTokens,
    outputTokens: facts.usage.outputTokens,
    latencyMs: facts.latencyMs,
    meta: {
      attemptKey: facts.attemptKey,
      cassette: facts.cassette,
      callIndex: input.callIndex,
      requestHash: facts.requestHash,
      finishReason: answer.finishReason,
      ...(answer.fallbackFrom ? { fallbackFrom: answer.fallbackFrom.model } : {}),
    },
  });
  if (verdict.ok !== true) {
    const call = callOf(await putCall(newId()));
    return { artifacts: [call], resultRef: call.ref, node: { status: 'running', ...whyNotDone(verdict) } };
  }
  // Side by side, because a large one waits for the disk twice.
  const ref = newId();
  const [storedCall, output] = await Promise.all([
    putCall(ref),
    outputArtifact(payloads, input, context, verdict.output, ref),
  ]);
  const call = callOf(storedCall);
  return { artifacts: [call, output], resultRef: call.ref, node: { status: 'completed', outputRef: output.ref } };
}

/** The agent's output; its parents are the call that brought it and what the call was made from. */
export async function outputArtifact(
  payloads: Payloads,
  input: CallAgentInput,
  context: AgentContext,
  output: AgentOutput,
  callRef: string,
): Promise<NewArtifact> {
  return {
    ...(await runArtifact(payloads, input, output)),
    parentRefs: [callRef, ...context.dependencies.map(({ ref }) => ref)],
    tags: ['output'],
    model: output.model,
    meta: { callIndex: input.callIndex },
  };
}

function whyNotDone(verdict: Exclude<Interpretation, { ok: true }>): { reasonCode: string; reason: string } {
  if (verdict.ok === false) return { reasonCode: 'bad_output', reason: verdict.detail };
  return { reasonCode: 'calling_tools', reason: `Calls ${verdict.count} tool${verdict.count > 1 ? 's' : ''}.` };
}
