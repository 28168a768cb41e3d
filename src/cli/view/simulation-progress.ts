import type { SimulationView } from '../../contracts/api.schema';
import { isTerminalRunStatus } from '../../domain/agents/run-state';
import { formatUsd } from '../../domain/kernel/money';
import { headlineText } from './figures';

const BAR_COLUMNS = 24;

export type Progress = Pick<SimulationView, 'status' | 'tick' | 'ticks' | 'pausedAt' | 'costMicroUsd'> & {
  latest: Pick<NonNullable<SimulationView['latest']>, 'figures'> | null;
};

/** How many ticks took how long, as far as it was watched. */
export interface Pace {
  ticks: number;
  ms: number;
}

/** `[██████──────] tick 90 of 180 · equity $… · cost $0.0000 · 12 s left` */
export function progressLine(progress: Progress, pace: Pace): string {
  const { tick, ticks, latest, costMicroUsd } = progress;
  return [
    `[${bar(tick, ticks)}] tick ${tick} of ${ticks}`,
    ...(latest === null ? [] : [headlineText(latest.figures)]),
    `cost ${formatUsd(costMicroUsd)}`,
    ...stateOf(progress, pace),
  ].join(' · ');
}

function bar(tick: number, ticks: number): string {
  const done = Math.floor((tick / ticks) * BAR_COLUMNS);
  return '█'.repeat(done) + '─'.repeat(BAR_COLUMNS - done);
}

function stateOf({ status, pausedAt, tick, ticks }: Progress, pace: Pace): string[] {
  if (isTerminalRunStatus(status)) return [status];
  if (pausedAt !== null) return ['paused'];
  if (pace.ticks <= 0) return [];
  return [`${durationText(((ticks - tick) * pace.ms) / pace.ticks)} left`];
}

/** Two units at the most. */
export function durationText(ms: number): string {
  const seconds = Math.ceil(ms / 1000);
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${minutes} min ${seconds % 60} s`;
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}
