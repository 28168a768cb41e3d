import type { FastActivities } from '../../contracts/agent-run';
import type { FastLane } from '../fast-lane';
import type { NodeContext } from './node-context';
import { COMPLETED, type NodeEnd } from './node-end';

/** One tool call. Which lane it takes was decided when the run was planned, so a replay takes the same one. */
export async function scriptNode(
  context: NodeContext,
  lane: FastLane<FastActivities>,
  index: number,
): Promise<NodeEnd> {
  const input = context.inputOf(index);
  if (context.lane(index) === 'fast') await lane.run((fast) => fast.runScript(input));
  else await context.tools(index, `${input.node} · tool`).runScript(input);
  return COMPLETED;
}
