import { ApplicationFailure, defineQuery, defineSignal, defineUpdate, setHandler } from '@temporalio/workflow';
import { PAUSE_UPDATE, RESUME_UPDATE, UPDATE_REFUSED } from '../../contracts/agent-run';
import { PARTITIONED_STATE_QUERY, type PartitionedStateView } from '../../contracts/partitioned-simulation';
import {
  PARTITION_ALIVE_SIGNAL,
  PARTITION_ARRIVED_SIGNAL,
  PARTITION_ENDED_SIGNAL,
  type PartitionAlive,
  type PartitionArrived,
  type PartitionEnded,
  STOP_UPDATE,
} from '../../contracts/simulation';
import { answerOnce } from '../answer-once';
import type { Coordinator } from './coordinator';

const state = defineQuery<PartitionedStateView>(PARTITIONED_STATE_QUERY);
const pause = defineUpdate<void, []>(PAUSE_UPDATE);
const resume = defineUpdate<void, []>(RESUME_UPDATE);
const stop = defineUpdate<void, []>(STOP_UPDATE);
const arrived = defineSignal<[PartitionArrived]>(PARTITION_ARRIVED_SIGNAL);
const alive = defineSignal<[PartitionAlive]>(PARTITION_ALIVE_SIGNAL);
const ended = defineSignal<[PartitionEnded]>(PARTITION_ENDED_SIGNAL);

/** What people and partitions say. Handlers set state and never wait; the loop looks at it. */
export function answerCoordinatorMessages(coordinator: Coordinator): void {
  const { barrier, control } = coordinator;
  const refuse = () => {
    if (control.isStopping) throw ApplicationFailure.nonRetryable('The simulation is stopping.', UPDATE_REFUSED);
  };
  setHandler(state, () => coordinator.view());
  answerOnce(control.seen, pause, () => control.pause(), refuse);
  answerOnce(control.seen, resume, () => control.resume(), refuse);
  answerOnce(control.seen, stop, () => control.stop());
  setHandler(arrived, ({ position, done, messages }) => barrier.arrived(position, done, messages));
  setHandler(alive, ({ position, tick }) => barrier.heard(position, tick));
  setHandler(ended, ({ position, end, done }) => coordinator.ended(position, end, done));
}
