import { taskKeyOf } from '../../contracts/agent-run';
import type { NodeContext } from './node-context';
import { COMPLETED, type NodeEnd } from './node-end';

/** A question to a person; the answer becomes the output. Whoever must go on without one has a fallback, or fails. */
export async function humanNode(context: NodeContext, index: number): Promise<NodeEnd> {
  const subject = { for: 'question' } as const;
  const { name } = context.node(index);
  if ((await context.decisionOn(index, subject)) === 'open')
    return { end: 'waits', taskKeys: [taskKeyOf(name, subject)] };
  await context.io(`${name} · takes the answer`).completeFromAnswer(context.inputOf(index));
  return COMPLETED;
}
