import { Context } from '@temporalio/activity';
import { getTaskByKey } from '../../adapters/postgres';
import type { Tool } from '../../adapters/tools';
import {
  type CallToolInput,
  type CallToolResult,
  type IoActivities,
  taskKeyOf,
  toolKeyOf,
} from '../../contracts/agent-run';
import type { LlmAgent } from '../../domain/agents/agent-graph';
import { assert, present } from '../../domain/kernel/assert';
import { callKeyOf } from '../../domain/kernel/ids';
import type { ToolOutcome } from '../../domain/tools/tool';
import type { AgentContextLoader } from '../agent-context';
import { heartbeating } from '../heartbeating';
import { storedCall } from '../llm/conversation';
import { toApplicationFailure } from '../to-application-failure';
import { executeOnce } from './execute-once';
import { executeTool } from './execute-tool';
import { judgeCall, type JudgedCall } from './judge-call';
import type { ToolActivityDeps } from './tool-activity-deps';

/** One tool that a model asked for. Whatever comes of it is stored, and told to the model with its next call. */
export function createCallTool(deps: ToolActivityDeps, contexts: AgentContextLoader): IoActivities['callTool'] {
  return async (input) => {
    try {
      const { agent } = await contexts.load(input);
      assert(agent.kind === 'llm', `Agent "${agent.name}" is of kind ${agent.kind}; its model calls no tools`);
      return await heartbeating(() => callTool(deps, agent, input));
    } catch (error) {
      throw toApplicationFailure(error);
    }
  };
}

async function callTool(deps: ToolActivityDeps, agent: LlmAgent, input: CallToolInput): Promise<CallToolResult> {
  const callKey = callKeyOf(input.originRunId ?? input.runId, input.node, input.callIndex);
  const { answer, ref: callRef } = await storedCall(deps, input.tenant, callKey);
  const asked = present(answer.toolCalls[input.toolIndex], `Call ${callKey} asked for no tool ${input.toolIndex}`);
  const judged = judgeCall(asked, agent.tools, deps.tools);
  const tool = 'tool' in judged ? judged.tool : undefined;
  const toolKey = toolKeyOf(callKey, input.toolIndex);
  const { ok, ref } = await executeOnce(deps, {
    ...{ input, toolKey, tool: asked.name, args: judged.args, revision: tool?.revision },
    shareable: tool?.pure === true,
    repeatable: tool?.sideEffects !== true || tool.idempotent === true,
    parentRefs: [callRef],
    work: () => outcomeOf(deps, agent, input, judged, toolKey),
  });
  return { ok, resultRef: ref };
}

async function outcomeOf(
  deps: ToolActivityDeps,
  agent: LlmAgent,
  input: CallToolInput,
  judged: JudgedCall,
  toolKey: string,
): Promise<ToolOutcome> {
  if ('error' in judged) return { ok: false, error: judged.error };
  const { tool, args } = judged;
  const refusal = await refusalOf(deps, agent, input, tool);
  if (refusal !== undefined) return { ok: false, error: refusal };
  const { tenant, runId, node } = input;
  return await executeTool({
    ...{ tool, args, timeoutMs: agent.timeoutSeconds * 1000 },
    context: { tenant, runId, node, idempotencyKey: toolKey, readArtifact: (ref) => deps.readText(tenant, ref) },
    cancelled: Context.current().cancellationSignal,
  });
}

/**
 * Why people do not let this call happen, or nothing. Their decision is read from its row, and only "approved" opens:
 * a worker that knew other tools than this one may not have asked at all.
 */
async function refusalOf(
  { pool }: ToolActivityDeps,
  { approval }: LlmAgent,
  { tenant, runId, node, callIndex, toolIndex }: CallToolInput,
  { sideEffects }: Tool,
): Promise<string | undefined> {
  if (approval?.for !== 'side-effects' || !sideEffects) return undefined;
  const task = await getTaskByKey(pool, tenant, runId, taskKeyOf(node, { for: 'tool', callIndex, toolIndex }));
  switch (task?.state) {
    case 'approved':
      return undefined;
    case 'rejected':
      return `A person did not allow this call.${task.comment === null ? '' : ` They say: ${task.comment}`}`;
    case 'expired':
      return 'Nobody allowed this call before its due time.';
    default:
      return 'This call needs a person who allows it, and nobody was asked.';
  }
}
