import { replayRecord } from '../../src/cli/simulation/replay-record';
import type { RecordLine } from '../../src/domain/simulation/record/record-line';
import { median, round } from '../figures';
import type { Undisturbed } from './agent-ticks';
import type { Ground } from './ground';

const TIMES = 5;

/** Ticks per second of computing a run again from its record, in this process; the median, every hash compared. */
export async function replayTicksPerS({ simulations }: Ground, { runId, hash }: Undisturbed): Promise<number> {
  const lines = await simulations.record(runId);
  const figures: number[] = [];
  while (figures.length < TIMES) {
    const report = await replayRecord(oneByOne(lines), { until: undefined, inspect: false });
    if (report.outcome !== 'same' || report.hash !== hash)
      throw new Error(`The replay of ${runId} came to ${report.hash}, the run to ${hash}.`);
    figures.push(report.ticksPerSecond);
  }
  return round(median(figures), 0);
}

async function* oneByOne(lines: readonly RecordLine[]): AsyncGenerator<RecordLine> {
  yield* lines;
}
