import { Context } from '@temporalio/activity';
import type { Pool } from '../../adapters/postgres';
import { loadOutputs } from '../../adapters/postgres/call-context';
import { completeNode } from '../../adapters/postgres/complete-node';
import { noteNode } from '../../adapters/postgres/ledger';
import type { ToolRegistry } from '../../adapters/tools';
import {
  batchKeyPrefixOf,
  type CallAgentInput,
  type CallAgentResult,
  type RequestedTool,
} from '../../contracts/agent-run';
import type { LlmAgent } from '../../domain/agents/agent-graph';
import type { AgentOutput, Interpretation } from '../../domain/agents/agent-output';
import type { Payloads } from '../../domain/artifacts/payload-store';
import { present } from '../../domain/kernel/assert';
import { LonghaulError } from '../../domain/kernel/errors';
import type { ChatAnswer } from '../../domain/llm/chat';
import type { BatchGateway, CallContext, Enqueued, Gateway, GatewayResult } from '../../gateway';
import { toApplicationFailure } from '../to-application-failure';
import type { AgentContext, AgentContextLoader } from '../agent-context';
import { agentCall, interpret, llmContext } from './agent-call';
import { buildRequest } from './build-request';
import { outputArtifact } from './call-artifacts';
import { loadConversation } from './conversation';
import { heartbeating } from '../heartbeating';
import { nextAttempt } from './next-attempt';
import { wanted } from './wanted';

export interface LlmActivityDeps {
  pool: Pool;
  gateway: Pick<Gateway, 'call'> & Partial<Pick<BatchGateway, 'enqueue'>>;
  payloads: Payloads;
  tools: ToolRegistry;
  /** Reads an artifact's payload as JSON; verified by length and digest on the way. */
  readJson(tenant: string, ref: string): Promise<unknown>;
  /** Told after a settlement committed: its artifacts and events may be pushed to live readers. */
  settled(): void;
}

/** One call of one agent: from its definition and its dependencies' outputs to a paid, stored, interpreted answer. */
export function createCallAgent(
  deps: LlmActivityDeps,
  contexts: AgentContextLoader,
): (input: CallAgentInput) => Promise<CallAgentResult> {
  return async (input) => {
    try {
      const context = llmContext(await contexts.load(input));
      return await heartbeating((heartbeat) => callOnce({ ...deps, contexts }, input, context, heartbeat));
    } catch (error) {
      throw toApplicationFailure(error);
    }
  };
}

async function callOnce(
  deps: LlmActivityDeps & { contexts: AgentContextLoader },
  input: CallAgentInput,
  context: AgentContext<LlmAgent>,
  heartbeat: () => void,
): Promise<CallAgentResult> {
  const { agent } = context;
  const request = buildRequest(context, await loadConversation(deps, input), deps.tools);
  let fresh: FreshAnswer | undefined;
  try {
    const call = agentCall(deps.payloads, input, context, request, (built, answer, verdict) => {
      fresh = { resultRef: built.resultRef, answer, verdict, outputRef: built.node?.outputRef };
    });
    const result = await askFor(deps, input, agent, call, { ...wanted(), heartbeat });
    if (result.source === 'queued') return { outcome: 'queued', taskKey: result.taskKey };
    deps.settled();
    if (fresh?.resultRef === result.resultRef) keepOutput(deps.contexts, input, fresh);
    // Stored before, or paid by another attempt of this activity: read from where it lies.
    const paid = fresh?.resultRef === result.resultRef ? fresh : await readBack(deps, input, context, result);
    return resultOf(deps, input, agent, paid, result);
  } catch (error) {
    throw await retryOrGiveUp(deps, input, context, error);
  }
}

/** A call that can wait is not waited for here: the run's workflow is told its end. Where only recordings answer, it is asked like any other. */
async function askFor(
  { gateway }: LlmActivityDeps,
  input: CallAgentInput,
  { delivery, whenBatchExpires = 'sync' }: LlmAgent,
  call: ReturnType<typeof agentCall>,
  context: CallContext,
): Promise<Enqueued> {
  if (delivery !== 'batch' || !gateway.enqueue) return await gateway.call(call, context);
  const { workflowId } = present(Context.current().info.workflowExecution, 'an agent is called by its run');
  const waiter = { workflowId, taskKeyPrefix: batchKeyPrefixOf(input) };
  return await gateway.enqueue({ ...call, subject: input, waiter, whenReturned: whenBatchExpires }, context);
}

/** A paid answer as the settlement stored it. */
interface FreshAnswer {
  resultRef: string;
  answer: ChatAnswer;
  verdict: Interpretation;
  /** The node's output; absent while the node has none. */
  outputRef: string | undefined;
}

function keepOutput(contexts: AgentContextLoader, input: CallAgentInput, { verdict, outputRef }: FreshAnswer): void {
  if (verdict.ok === true && outputRef !== undefined) contexts.keep(input, outputRef, verdict.output);
}

async function readBack(
  deps: LlmActivityDeps,
  input: CallAgentInput,
  context: AgentContext<LlmAgent>,
  { resultRef }: GatewayResult,
): Promise<FreshAnswer> {
  const { answer } = (await deps.readJson(input.tenant, resultRef)) as { answer: ChatAnswer };
  const verdict = interpret(context, answer);
  const outputs = await loadOutputs(deps.pool, input.tenant, input.runId, [input.node]);
  const outputRef = outputs.get(input.node)?.ref;
  if (outputRef !== undefined || verdict.ok !== true) return { resultRef, answer, verdict, outputRef };
  return { resultRef, answer, verdict, outputRef: await adopt(deps, input, context, verdict.output, resultRef) };
}

/** An answer that an earlier run has paid for becomes the output of this run's node. */
async function adopt(
  { pool, payloads, settled }: LlmActivityDeps,
  input: CallAgentInput,
  context: AgentContext,
  output: AgentOutput,
  callRef: string,
): Promise<string> {
  const { tenant, runId, node } = input;
  const artifact = await outputArtifact(payloads, input, context, output, callRef);
  const completed = { tenant, runId, node, artifacts: [artifact], outputRef: artifact.ref, model: output.model };
  const outputRef = await completeNode(pool, completed);
  settled();
  return outputRef;
}

function resultOf(
  { tools }: LlmActivityDeps,
  input: CallAgentInput,
  agent: LlmAgent,
  { answer, verdict, outputRef }: FreshAnswer,
  result: GatewayResult,
): CallAgentResult {
  const spent = { costMicroUsd: result.costMicroUsd, tokens: result.usage.inputTokens + result.usage.outputTokens };
  if (verdict.ok === 'tools') {
    const asked = answer.toolCalls.slice(0, verdict.count).map(({ name }) => name);
    return { outcome: 'tool-calls', tools: requestedTools(agent, asked, tools), ...spent };
  }
  if (!verdict.ok) return { outcome: 'bad-output', detail: verdict.detail, askAgain: verdict.askAgain, ...spent };
  return {
    outcome: 'completed',
    outputRef: present(
      outputRef,
      `Call ${input.runId}/${input.node}/${input.callIndex} is settled, but the node has no output`,
    ),
    model: result.model,
    ...spent,
  };
}

/** A tool that nobody knows needs no approval: calling it says to the model that there is none. */
function requestedTools(agent: LlmAgent, names: readonly string[], tools: ToolRegistry): RequestedTool[] {
  const asksFirst = agent.approval?.for === 'side-effects';
  return names.map((name, index) => ({ index, needsApproval: asksFirst && tools.find(name)?.sideEffects === true }));
}

/**
 * A model failure is retried after the agent's own delay until its retries are used up; they are counted over all calls
 * of the agent, from the attempt rows. Waits and crashes do not count.
 */
async function retryOrGiveUp(
  deps: LlmActivityDeps,
  input: CallAgentInput,
  { agent }: AgentContext,
  error: unknown,
): Promise<unknown> {
  const next = nextAttempt(agent, error);
  if (next?.waitMs === undefined || !LonghaulError.is(error)) return next?.error ?? error;
  const { waitMs, failures } = next;
  await noteNode(deps.pool, {
    tenant: input.tenant,
    runId: input.runId,
    node: input.node,
    note: {
      status: error.params.failureClass === 'retryable-after' ? 'rate_limited' : 'running',
      reasonCode: 'retrying',
      reason: `Attempt ${failures + 1} of ${agent.maxRetries + 1} follows. ${error.message}`,
      nextTryMs: waitMs,
    },
  });
  return next.error;
}
