import type { InjectedSinks } from '@temporalio/worker';
import type { LiveFrameSinks } from '../contracts/live-frames';

/** Nobody looks on at a replay. Without them the SDK logs an error for each call, even of those that a replay never makes. */
export const UNSEEN_SINKS: InjectedSinks<LiveFrameSinks> = {
  liveFrames: { show: { fn: () => undefined, callDuringReplay: false } },
};
