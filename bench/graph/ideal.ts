import { ReadyQueue } from '../bare/ready-queue';
import type { Shape } from '../bare/shape';

/** Makespan of a list schedule, in ms: the same queue and the same durations, and nothing else takes any time. */
export function idealMs({ durationsMs, dependencies, parallel }: Shape): number {
  const queue = new ReadyQueue(dependencies);
  let running: { index: number; endsMs: number }[] = [];
  for (let nowMs = 0; ;) {
    while (running.length < parallel) {
      const index = queue.take();
      if (index === undefined) break;
      running.push({ index, endsMs: nowMs + durationsMs[index]! });
    }
    if (running.length === 0) return nowMs;
    nowMs = Math.min(...running.map(({ endsMs }) => endsMs));
    for (const { index, endsMs } of running) if (endsMs === nowMs) queue.complete(index);
    running = running.filter(({ endsMs }) => endsMs > nowMs);
  }
}
