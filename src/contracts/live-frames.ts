import type { LiveFrame } from '../domain/simulation/record/live-frame';

/** What the simulation run calls out of its sandbox without waiting and without a trace in its history: a sink of Temporal's. */
export type LiveFrameSinks = {
  liveFrames: { show(tenant: string, runId: string, frame: LiveFrame): void };
};
