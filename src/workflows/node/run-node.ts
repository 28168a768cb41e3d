import type { FastActivities } from '../../contracts/agent-run';
import { isCancellation } from '@temporalio/workflow';
import type { FastLane } from '../fast-lane';
import { startApproval } from './approval';
import { failureOf } from './failure-of';
import { humanNode } from './human-node';
import { llmNode } from './llm-node';
import type { NodeContext } from './node-context';
import type { NodeEnd } from './node-end';
import { scriptNode } from './script-node';

/** One turn of one node, and what it means for the run. Never throws: what went wrong is a status of the node. */
export async function runNode(context: NodeContext, lane: FastLane<FastActivities>, index: number): Promise<void> {
  const { run } = context;
  try {
    const ended = await turnOf(context, lane, index);
    if (ended.end === 'completed') run.complete(index);
    else if (ended.end === 'failed') run.fail(index, ended.failure);
    else if (ended.end === 'parked') run.park(index);
    else waitFor(context, index, ended.taskKeys);
  } catch (error) {
    if (isCancellation(error)) run.cancelled(index);
    else run.fail(index, failureOf(error));
  }
}

async function turnOf(context: NodeContext, lane: FastLane<FastActivities>, index: number): Promise<NodeEnd> {
  const stopped = await startApproval(context, index);
  if (stopped) return stopped;
  switch (context.node(index).kind) {
    case 'human':
      return await humanNode(context, index);
    case 'script':
      return await scriptNode(context, lane, index);
    case undefined:
      return await llmNode(context, lane, index);
  }
}

/** A decision that came between the question and here counts at once. */
function waitFor({ run, decisions }: NodeContext, index: number, taskKeys: string[]): void {
  run.wait(index, taskKeys);
  for (const taskKey of taskKeys) if (decisions.has(taskKey)) run.decide(taskKey);
}
