import { formatUsd } from '../../../domain/kernel/money';
import type { Comparison } from '../../simulation/run-comparison';
import type { Console } from '../../view/console';
import { formatCents } from '../../view/money-text';
import { table } from '../../view/run-table';
import { bookLines, countStates } from '../book';
import type { Kill } from './kills';
import type { ShownRun } from './shown-run';

/** All that was shown. */
export interface Shown {
  days: number;
  forkTick: number;
  model: ShownRun;
  fork: ShownRun;
  bot: ShownRun;
  killed: readonly Kill[];
  /** The model's run and its fork. */
  comparison: Comparison;
}

/** Two programs: one that nobody of this stack runs cannot be killed by it. */
const KILLS = 2;

export function isAsDesigned(shown: Shown): boolean {
  const { days, forkTick, model, fork, bot, killed, comparison } = shown;
  const runs = [model, fork, bot];
  return (
    killed.length === KILLS &&
    runs.every(({ view, replay, violations, book }) => {
      const isPlayed = view.status === 'completed' && view.tick === days && violations === 0;
      const isReplayed = replay.outcome === 'same' && replay.hash === view.hash;
      return isPlayed && isReplayed && book?.compared?.matches !== false;
    }) &&
    comparison.equalUntilTick === forkTick &&
    callsBefore(fork, forkTick) === 0
  );
}

export function tellSimulations(shown: Shown, console: Console): void {
  const { model, fork, bot, killed, comparison, forkTick } = shown;
  const asDesigned = isAsDesigned(shown);
  const document = {
    ...{ asDesigned, killed, forkTick, equalUntilTick: comparison.equalUntilTick },
    callsOfForkBefore: callsBefore(fork, forkTick),
    runs: { model: documentOf(model), fork: documentOf(fork), bot: documentOf(bot) },
  };
  console.answer(document, () => textOf(shown, asDesigned, console));
}

function documentOf({ view, totals, replay, violations, book }: ShownRun): object {
  const { runId, status, tick, hash, costMicroUsd } = view;
  const { equityCents, roi, unitsSold, stockouts } = totals;
  return {
    ...{ runId, status, ticks: tick, hash, costMicroUsd, equityCents, roi, unitsSold, stockouts, violations },
    replay: { outcome: replay.outcome, hashesCompared: replay.hashesCompared, ticksPerSecond: replay.ticksPerSecond },
    ledger: book ? { ...book.compared, ...countStates(book.attempts) } : null,
  };
}

function textOf(shown: Shown, asDesigned: boolean, console: Console): string {
  const { days, forkTick, model, fork, bot, killed, comparison } = shown;
  const kills = killed.map(({ program, atTick }) => `${program} after day ${atTick}`).join(', ');
  return [
    ...['', table(HEAD, [model, fork, bot].map(rowOf)), ''],
    `${days} days. Killed (SIGKILL) on the way: ${kills || 'nobody'}.`,
    `Fork: equal to its parent up to day ${comparison.equalUntilTick} by state hash, ${callsBefore(fork, forkTick)} calls before it.`,
    `Computed again from the records, without Temporal and without a model: ${[model, fork, bot].map(replayText).join(', ')}.`,
    ...[model, fork].flatMap(({ view, book }) => (book ? bookLines(book).map((line) => `${view.name}: ${line}`) : [])),
    asDesigned
      ? console.style('green', 'Ended as designed.')
      : console.style('red', 'NOT as designed: see the table and the lines above.'),
    '',
    `Side by side     longhaul diff ${model.view.runId} ${fork.view.runId}`,
    `Any day          longhaul replay ${model.view.runId} --until ${forkTick} --inspect`,
    `The model's run  ${model.view.links.temporalUi}`,
  ].join('\n');
}

const HEAD = ['who decides', 'equity', 'return', 'units sold', 'orders without goods', 'calls', 'cost'];

function rowOf({ who, totals, view, book }: ShownRun): string[] {
  const { equityCents, roi, unitsSold, stockouts } = totals;
  const calls = book === undefined ? 0 : countStates(book.attempts).settled;
  return [
    ...[who, formatCents(equityCents), `${(roi * 100).toFixed(1)} %`, String(unitsSold), String(stockouts)],
    ...[String(calls), formatUsd(view.costMicroUsd)],
  ];
}

function replayText({ replay: { outcome, hashesCompared, ticksPerSecond, difference } }: ShownRun): string {
  return outcome === 'same'
    ? `PASS (${hashesCompared} hashes, ${ticksPerSecond} days/s)`
    : `FAIL at day ${difference?.tick ?? '?'}`;
}

/** Calls that a run has paid for ticks that it did not play itself: keys are `{run}/{ticks done}/{agent}/{call}`. */
function callsBefore({ book }: ShownRun, tick: number): number {
  return (book?.attempts ?? []).filter(({ callKey }) => Number(callKey.split('/')[1]) < tick).length;
}
