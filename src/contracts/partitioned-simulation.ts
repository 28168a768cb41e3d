import type { Capabilities } from '../domain/simulation/runners/capabilities';
import type { RunStatus } from '../domain/agents/run-state';
import type {
  CarriedBarrier,
  Done,
  PartitionEnd,
  PartitionStanding,
} from '../domain/simulation/partitions/tick-barrier';

/** Names and types of a simulation of several partitions that its starter, workflow and tests share. */
export const PARTITIONED_SIMULATION = 'partitionedSimulation';
export const PARTITIONED_KIND = 'partitioned-simulation';

/** How partitions keep together, and how many of them work at once. */
export interface Coordination {
  /** Partitions meet after so many ticks. */
  barrierEvery: number;
  /** From the opening of a window: a partition that has not played it by then is removed. */
  ackTimeoutSeconds: number;
  heartbeatSeconds: number;
  /** After more than so many in a row a partition is removed. */
  missedHeartbeatsMax: number;
  /** How many play at once; the others wait for their turn in the same window. */
  maxConcurrentPartitions: number;
  /** The same for those that are served by one task queue. */
  partitionsPerRunner: number;
}

export interface PartitionFacts {
  name: string;
  /** Who hears what it says. */
  neighbours: string[];
  /** What the runner that plays it has to offer; absent: any worker of the installation plays it. */
  requires?: Capabilities;
}

export interface PartitionedInput extends Coordination {
  tenant: string;
  runId: string;
  name: string;
  partitions: PartitionFacts[];
  /** Of every partition. */
  ticks: number;
  taskQueuePrefix: string;
  /** Set by continue-as-new. */
  carried?: CarriedCoordinator;
  /** Test hook: continue as new after this many history events instead of the default. */
  continueAsNewAfterEvents?: number;
}

export interface CarriedCoordinator {
  barrier: CarriedBarrier;
  /** By position; null: its run was over before it was started. */
  workflowIds: (string | null)[];
  paused: boolean;
  progressSeq: number;
  /** As of `CarriedControl`. */
  stopped?: true;
  /** Keys of what people said. */
  seen?: string[];
}

export interface PartitionOutcome extends PartitionEnd {
  name: string;
  done?: Done;
}

export interface PartitionedResult {
  status: RunStatus;
  reasonCode?: string;
  reason?: string;
  tick: number;
  partitions: PartitionOutcome[];
}

export interface PlaceInput {
  tenant: string;
  position: number;
  requires: Capabilities;
}

export interface PartitionActivities {
  /** The task queue of a registered worker that offers what is wanted; null: there is none. */
  placePartition(input: PlaceInput): Promise<{ taskQueue: string } | null>;
}

export const PARTITIONED_STATE_QUERY = 'partitionedState';

/** Answer of the `partitionedState` query: what is true now; the read model follows. */
export interface PartitionedStateView {
  /** How many ticks all that are left have done. */
  tick: number;
  ticks: number;
  paused: boolean;
  partitions: PartitionNow[];
  historyLength: number;
}

export interface PartitionNow {
  name: string;
  standing: PartitionStanding;
  /** The task queue that serves it. */
  lane: string;
  tick: number;
  done?: Done;
  end?: PartitionEnd;
}
