import {
  type CallAgentResult,
  type FastActivities,
  type PlayCallResult,
  type RequestedTool,
  taskKeyOf,
  type TaskDecision,
  type Turn,
} from '../../contracts/agent-run';
import type { PlanNode } from '../../domain/agents/run-plan';
import type { FastLane } from '../fast-lane';
import type { NodeContext } from './node-context';
import { COMPLETED, failed, type NodeEnd } from './node-end';

/** One re-ask after an answer that was not what was asked for; a second one rarely helps and always costs. */
const RE_ASKS_MAX = 1;

/**
 * A conversation with a model: it answers, or asks for tools and is told their results, or is asked again once. Begins
 * at the first call each time; those that were answered before are found stored.
 */
export async function llmNode(context: NodeContext, lane: FastLane<FastActivities>, index: number): Promise<NodeEnd> {
  const turns: Turn[] = [];
  for (;;) {
    if (turns.length > 0 && context.run.holdsSteps) return { end: 'parked' };
    const result = await ask(context, lane, index, turns);
    if (result.outcome === 'miss') return failed('cassette_miss', result.detail);
    if (result.outcome === 'queued') return { end: 'waits', taskKeys: [result.taskKey] };
    context.run.spend(result.costMicroUsd);
    if (result.outcome === 'completed') return COMPLETED;
    const next = await nextTurn(context, index, turns, result);
    if ('end' in next) return next;
    turns.push(next);
  }
}

/** @returns a miss only where nothing but recordings may answer */
async function ask(
  context: NodeContext,
  fastLane: FastLane<FastActivities>,
  index: number,
  turns: readonly Turn[],
): Promise<PlayCallResult> {
  const input = { ...context.inputOf(index), callIndex: turns.length, turns: [...turns] };
  const lane = context.lane(index);
  if (lane !== 'activity') {
    const played = await fastLane.run((fast) => fast.playCall(input));
    if (played.outcome !== 'miss' || lane === 'fast') return played;
  }
  return await context.llm(index, summaryOf(context.node(index), turns)).callAgent(input);
}

function summaryOf({ name }: PlanNode, turns: readonly Turn[]): string {
  const last = turns.at(-1)?.kind;
  const why = last === undefined ? '' : last === 'tools' ? ` · after tools ${turns.length}` : ' · asked again';
  return `${name}${why}`;
}

async function nextTurn(
  context: NodeContext,
  index: number,
  turns: readonly Turn[],
  result: Exclude<CallAgentResult, { outcome: 'completed' | 'queued' }>,
): Promise<Turn | NodeEnd> {
  if (result.outcome === 'tool-calls') return await useTools(context, index, turns, result.tools);
  const asked = turns.filter(({ kind }) => kind === 'feedback').length;
  if (result.askAgain && asked < RE_ASKS_MAX) return { kind: 'feedback', detail: result.detail };
  return failed('bad_output', `The answer was not what was asked for: ${result.detail}`);
}

async function useTools(
  context: NodeContext,
  index: number,
  turns: readonly Turn[],
  tools: readonly RequestedTool[],
): Promise<Turn | NodeEnd> {
  const { maxToolRounds = 0 } = context.node(index);
  if (turns.filter(({ kind }) => kind === 'tools').length >= maxToolRounds) {
    return failed(
      'tool_rounds_exhausted',
      `The model asked for tools more than ${maxToolRounds} times. Raise maxToolRounds, or say in the prompt when to stop.`,
    );
  }
  const callIndex = turns.length;
  const decisions = await Promise.all(tools.map((tool) => approval(context, index, callIndex, tool)));
  const open = tools.filter((_, at) => decisions[at] === 'open');
  if (open.length > 0) return { end: 'waits', taskKeys: open.map((tool) => keyOf(context, index, callIndex, tool)) };
  const { name } = context.node(index);
  await Promise.all(
    tools.map((tool, at) =>
      context.tools(index, `${name} · tool ${tool.index + 1} of ${tools.length}`).callTool({
        ...context.inputOf(index),
        ...{ callIndex, toolIndex: tool.index },
        decision: decisions[at] as TaskDecision | undefined,
      }),
    ),
  );
  return { kind: 'tools', count: tools.length };
}

async function approval(
  context: NodeContext,
  index: number,
  callIndex: number,
  tool: RequestedTool,
): Promise<TaskDecision | 'open' | undefined> {
  if (!tool.needsApproval) return undefined;
  return await context.decisionOn(index, { for: 'tool', callIndex, toolIndex: tool.index });
}

function keyOf(context: NodeContext, index: number, callIndex: number, tool: RequestedTool): string {
  return taskKeyOf(context.node(index).name, { for: 'tool', callIndex, toolIndex: tool.index });
}
