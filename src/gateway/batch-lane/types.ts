import type { BatchRef } from '../../adapters/postgres/llm-batches';
import type { CallContext, Gateway, GatewayCall, GatewayResult } from '../types';

/** A call that can wait for a batch: of a node of a run, whose workflow is told when it has ended. */
export interface BatchCall extends GatewayCall {
  runId: string;
  node: string;
  /** Stored with it: ids from which the call is made again when its answer has come. */
  subject: unknown;
  waiter: {
    workflowId: string;
    /** The attempt's number follows. */
    taskKeyPrefix: string;
  };
  /** What follows when the provider did not process it: another batch (twice at most), or one request at the full price. */
  whenReturned: 'requeue' | 'sync';
}

/** It is on its way; asked again after its end, the answer is found stored. */
export interface QueuedCall {
  source: 'queued';
  taskKey: string;
}

export interface Collected {
  answered: number;
  failed: number;
  returned: number;
}

/** Makes the call of an item again, from its subject. @throws when its run is not to be found */
export type CallOf = (subject: unknown) => Promise<GatewayCall>;

/** The steps of one batch after its calls are in. Each may be done again, by any process. */
export interface BatchSteps {
  /** @returns how many items it has */
  close(batch: BatchRef): Promise<number>;
  /** Exactly once, whatever dies: a batch that may be at the provider is looked for there first. */
  submit(batch: BatchRef, callOf: CallOf, context: CallContext): Promise<'submitted' | 'refused'>;
  look(batch: BatchRef, context: CallContext): Promise<'working' | 'ended'>;
  collect(batch: BatchRef, callOf: CallOf, context: CallContext): Promise<Collected>;
}

export type Enqueued = GatewayResult | QueuedCall;

/** The paid path with its batch lane. */
export interface BatchGateway extends Gateway {
  /**
   * A call that can wait goes into its lane's open batch, at half the price, and its waiter is told when it has ended; asked
   * again then, the answer is found stored. One that has left the lane is answered by `call`.
   *
   * @throws as `call` does
   */
  enqueue(input: BatchCall, context: CallContext): Promise<Enqueued>;
  /** What is done with a batch, step by step. */
  readonly batches: BatchSteps;
}
