import type { ApiClient } from '../../client/api-client';
import type { ServerEvent } from '../../client/server-events';
import type { ViewerFrame } from '../../domain/simulation/record/live-frame';
import { pause } from '../view/pause';
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
  const reading = read(api.events(simulationPath(runId, 'live'), { after }, stop), take);
  try {
    for (let isOpen = true; isOpen;) {
      isOpen = await Promise.race([reading.then(() => false), pause(GATHER_MS, signal).then(() => true)]);
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
