import { setTimeout as delay } from 'node:timers/promises';
import type { ApiClient } from '../../client/api-client';
import type { ServerEvent } from '../../client/server-events';
import type { ViewerFrame } from '../../domain/simulation/record/live-frame';
import { simulationPath } from './paths';

/** Frames come one by one, and faster than anybody reads. */
const GATHER_MS = 250;

export interface Film {
  api: ApiClient;
  runId: string;
  signal: AbortSignal;
  note(text: string): void;
}

/**
 * The frames of a run behind a tick, as many at a time as came in a quarter of a second, until the stream ends: because
 * the run is over, or for any other reason. Which of the two the book knows.
 */
export async function* film({ api, runId, signal, note }: Film, after: number): AsyncGenerator<ViewerFrame[]> {
  const leaving = new AbortController();
  const frames: ViewerFrame[] = [];
  const take = ({ type, data }: ServerEvent) => {
    if (type === 'frame') frames.push(data as ViewerFrame);
    if (type === 'warning') note((data as { detail: string }).detail);
  };
  const stop = AbortSignal.any([signal, leaving.signal]);
  const ended = new AbortController();
  // Told once: a race of each pause with `reading` would leave something at it a look, for as long as the run lasts.
  const reading = read(api.events(simulationPath(runId, 'live'), { after }, stop), take).finally(() => ended.abort());
  try {
    while (!ended.signal.aborted) {
      await delay(GATHER_MS, undefined, { signal: ended.signal }).catch(() => undefined);
      signal.throwIfAborted();
      yield frames.splice(0);
    }
  } finally {
    leaving.abort();
    await reading;
  }
}

/** A stream that breaks, or is refused, is a stream that ended: who watches asks the book, and is told there what is wrong. */
async function read(events: AsyncIterable<ServerEvent>, take: (event: ServerEvent) => void): Promise<void> {
  try {
    for await (const event of events) take(event);
  } catch {
    return; // as said above
  }
}
