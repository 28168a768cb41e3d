import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setImmediate as yielded } from 'node:timers/promises';
import type { Log } from '../../adapters/log';
import { startLoop, type Loop } from './loop';

const RESOLUTION_MS = 20;
const NS_PER_MS = 1e6;
const WINDOW_MS = 10_000;
/** A third of the heartbeat timeout of an llm activity, so that it is told before everything in flight is started again. */
const ALARM_MS = 1_000;

/**
 * Watches how long this process's event loop stands still, and says so when it was too long: a block longer than the
 * heartbeat timeout restarts every call in flight, and looks like a network fault from outside.
 */
export function startBlockAlarm(log: Log, { windowMs = WINDOW_MS, alarmMs = ALARM_MS } = {}): Loop {
  const delays = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  delays.enable();
  const turn = async () => {
    await yielded(); // the delay of this very turn is counted, too
    const [maxMs, p99Ms] = [delays.max, delays.percentile(99)].map((ns) => Math.round(ns / NS_PER_MS));
    delays.reset();
    if (maxMs! >= alarmMs)
      log.error({ maxMs, p99Ms, windowMs }, 'the event loop was blocked; heartbeats and leases may have been late');
  };
  const loop = startLoop('block-alarm', windowMs, turn, log);
  return {
    stop: async () => {
      await loop.stop();
      delays.disable();
    },
  };
}
