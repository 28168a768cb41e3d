import { taskKeyOf } from '../../contracts/agent-run';
import type { NodeContext } from './node-context';
import { failed, type NodeEnd } from './node-end';

/** What stands in the way of a node that a person has to let begin; nothing when they agreed. */
export async function startApproval(context: NodeContext, index: number): Promise<NodeEnd | undefined> {
  const { name, approvesStart } = context.node(index);
  if (!approvesStart) return undefined;
  const subject = { for: 'start' } as const;
  switch (await context.decisionOn(index, subject)) {
    case 'open':
      return { end: 'waits', taskKeys: [taskKeyOf(name, subject)] };
    case 'rejected':
      return failed('approval_rejected', `A person did not let "${name}" begin.`);
    case 'expired':
      return failed('approval_expired', `Nobody let "${name}" begin before its due time.`);
    default:
      return undefined;
  }
}
