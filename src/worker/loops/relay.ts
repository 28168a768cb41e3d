import type { Log } from '../../adapters/log';
import { startLoop, type Loop } from './loop';

/** How soon a row is published whose own process did not do it (it died, or Redis was away). */
const LOOK_EVERY_MS = 200;
/** Then the loop looks whether it is to stop: under constant load a turn would never end. */
const BATCHES_PER_TURN = 50;

/** What the relay moves rows with; the gateway's `OutboxPump`. */
export interface Pump<Stream extends string> {
  push(stream: Stream): Promise<number>;
  heal(stream: Stream): Promise<boolean>;
}

/**
 * Publishes what was not published at once, and fills Redis again after a flush. One loop per stream, so that a long
 * refill of one does not hold the other up; in several io workers the pump's lock lets one of them work at a time.
 * It outlives restarts of both stores: a turn that fails is logged and repeated with growing waits.
 *
 * `stop()` publishes what is left, as far as both stores answer.
 */
export function startRelay<Stream extends string>(pump: Pump<Stream>, streams: readonly Stream[], log: Log): Loop {
  const loops = streams.map((stream) => startLoop(`relay ${stream}`, LOOK_EVERY_MS, () => relay(pump, stream), log));
  return {
    stop: async () => {
      await Promise.all(loops.map((loop) => loop.stop()));
      await Promise.all(streams.map((stream) => lastTurn(pump, stream, log)));
    },
  };
}

async function relay<Stream extends string>(pump: Pump<Stream>, stream: Stream): Promise<void> {
  await pump.heal(stream);
  for (let batch = 0; batch < BATCHES_PER_TURN; batch++) if ((await pump.push(stream)) === 0) return;
}

/** Rows that stay are in PostgreSQL; the next relay begins with them. */
async function lastTurn<Stream extends string>(pump: Pump<Stream>, stream: Stream, log: Log): Promise<void> {
  await relay(pump, stream).catch((error: unknown) =>
    log.warn({ stream, err: error }, 'relay stopped with rows unpublished'),
  );
}
