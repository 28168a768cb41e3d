import type { Redis } from 'ioredis';
import type { LiveFrame } from '../../domain/simulation/record/live-frame';
import { boundedQueue } from './bounded-queue';
import { liveTail } from './live-tail';
import { execAll } from './pipeline';

/** More than a run plays between two looks of a viewer; who looks later reads the record. */
const FRAMES_MAX = 500;
/** After a run's last frame. */
const TTL_MS = 3_600_000;
/** Of all runs of one worker, while Redis is slow or away. */
const WAITING_MAX = 1_000;

function keyOf(tenant: string, runId: string): string {
  return `live-frames:{${encodeURIComponent(tenant)}/${runId}}`;
}

interface Written {
  key: string;
  frame: LiveFrame;
}

export interface FrameWriter {
  /** Never throws and never waits. */
  show(this: void, tenant: string, runId: string, frame: LiveFrame): void;
  close(): Promise<void>;
}

/** Sends the frames of all runs of a worker. May lose everything with Redis: what was played is recorded elsewhere. */
export function liveFrameWriter(redis: Redis, onOutage: (error: unknown) => void): FrameWriter {
  const queue = boundedQueue<Written>(WAITING_MAX, (frames) => append(redis, frames), onOutage);
  return {
    show: (tenant, runId, frame) => queue.push({ key: keyOf(tenant, runId), frame }),
    close: () => queue.close(),
  };
}

async function append(redis: Redis, frames: readonly Written[]): Promise<void> {
  const pipeline = redis.pipeline();
  for (const { key, frame } of frames)
    pipeline.xadd(key, 'MAXLEN', '~', FRAMES_MAX, '*', 'frame', JSON.stringify(frame));
  for (const key of new Set(frames.map((written) => written.key))) pipeline.pexpire(key, TTL_MS);
  await execAll(pipeline);
}

/** Frames since the last look. */
export function liveFrameReader(redis: Redis, tenant: string, runId: string): { next(): Promise<LiveFrame[]> } {
  return liveTail<LiveFrame>(redis, keyOf(tenant, runId));
}
