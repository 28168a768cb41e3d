import { allHandlersFinished, CancellationScope, condition, continueAsNew } from '@temporalio/workflow';
import type { PartitionedInput, PartitionedResult } from '../contracts/partitioned-simulation';
import { Coordinator } from './partitions/coordinator';
import { answerCoordinatorMessages } from './partitions/messages';

/**
 * A simulation of several partitions: each is a run of its own, and all of them play the same tick before anybody plays the
 * next one. Who may play is `TickBarrier`'s to say; here partitions are started, told, heard, and let go.
 */
export async function partitionedSimulation(input: PartitionedInput): Promise<PartitionedResult> {
  const coordinator = new Coordinator(input);
  answerCoordinatorMessages(coordinator);
  await coordinator.begin();
  if (!(await coordinator.driveToEnd())) {
    await CancellationScope.nonCancellable(() => condition(allHandlersFinished));
    // A cancel request is not carried over by continue-as-new: one that came meanwhile is obeyed here.
    if (!CancellationScope.current().consideredCancelled)
      return await continueAsNew<typeof partitionedSimulation>({ ...input, carried: coordinator.carry() });
    await coordinator.cancelAll();
  }
  return await CancellationScope.nonCancellable(async () => {
    const result = await coordinator.finish();
    await condition(allHandlersFinished);
    return result;
  });
}
