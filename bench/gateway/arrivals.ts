import { readFileSync } from 'node:fs';
import type { RateWindow } from '../../src/domain/llm/limits';
import type { AcceptedLine, BookLine } from '../../src/model-server/book';

export interface Arrival {
  atMs: number;
  inputTokens: number;
  /** With those of the answer. */
  tokens: number;
}

/** Of a run's calls, from the model server's own book. */
export function arrivalsOf(file: string, runId: string): Arrival[] {
  return readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line.endsWith('}') && line.includes(runId))
    .map((line) => JSON.parse(line) as BookLine)
    .filter((line): line is AcceptedLine => line.kind === 'accepted')
    .map(({ at, inputTokens, outputTokens }) => ({
      atMs: Date.parse(at),
      ...{ inputTokens, tokens: inputTokens + outputTokens },
    }))
    .sort((one, other) => one.atMs - other.atMs);
}

/**
 * The fullest of all windows, and how many of those that end with an arrival hold more than is allowed. Stamps are whole
 * milliseconds, so two that are exactly a window apart may lie in one.
 */
export function fullestWindow(arrivals: readonly Arrival[], window: RateWindow): { most: number; violations: number } {
  let [first, used, most, violations] = [0, 0, 0, 0];
  for (const arrival of arrivals) {
    used += amountOf(window, arrival);
    while (arrivals[first]!.atMs <= arrival.atMs - window.windowMs) used -= amountOf(window, arrivals[first++]!);
    most = Math.max(most, used);
    if (used > window.limit) violations += 1;
  }
  return { most, violations };
}

/** How much arrived in the first `forMs`. */
export function arrivedWithin(arrivals: readonly Arrival[], forMs: number, window: RateWindow): number {
  const end = arrivals[0]!.atMs + forMs;
  return arrivals.filter(({ atMs }) => atMs < end).reduce((total, arrival) => total + amountOf(window, arrival), 0);
}

function amountOf({ of }: RateWindow, { tokens }: Arrival): number {
  return of === 'tokens' ? tokens : 1;
}
