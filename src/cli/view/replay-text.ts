import type { InspectedAsk, InspectedTick } from '../../domain/simulation/record/inspect-tick';
import type { ReplayReport } from '../simulation/replay-record';
import { figureLabel, figureText } from './figures';
import { table } from './run-table';

export function replayText(report: ReplayReport): string {
  const { inspected } = report;
  return [...(inspected === null ? [] : [inspectedText(inspected), '']), verdict(report)].join('\n');
}

function verdict({
  world,
  worldVersion,
  ticks,
  ticksPerSecond,
  hashesCompared,
  hash,
  difference,
}: ReplayReport): string {
  const computed = `${ticks} ticks of ${world} version ${worldVersion} computed again, ${ticksPerSecond} ticks/s`;
  if (difference === null)
    return `PASS: ${computed}; ${hashesCompared} state hashes are those of the record\n  ${hash}`;
  const { tick, expected, found, detail } = difference;
  return [
    `FAIL: tick ${tick} differs. ${detail}`,
    `  recorded  ${expected ?? 'no hash'}`,
    `  computed  ${found ?? 'nothing'}`,
    computed,
  ].join('\n');
}

function inspectedText({ tick, asked, summary, asks, events, hash }: InspectedTick): string {
  const figures = Object.entries(summary.figures).filter(([name]) => !name.includes('.'));
  return [
    `Tick ${tick}: ${summary.storyline}${asked ? '' : ' (nobody was asked; standing orders went on)'}`,
    '',
    ...asks.map(askText),
    heading('state after it'),
    table(
      ['figure', 'value'],
      figures.map(([name, value]) => [figureLabel(name), figureText(name, value)]),
    ),
    `${events.length} events, state hash ${hash}`,
  ].join('\n');
}

function askText({ agentId, round, view, prompt, decision, source, wordsIn, feedback }: InspectedAsk): string {
  const whose = `${agentId}, round ${round + 1}`;
  return [
    ...[heading(`${whose}: view`), JSON.stringify(view, null, 2)],
    ...[heading(`${whose}: prompt, rules`), prompt.system],
    ...[heading(`${whose}: prompt, this tick`), prompt.user],
    ...[heading(`${whose}: decision (${source})`), JSON.stringify(decision, null, 2)],
    ...(wordsIn === undefined ? [] : [`in its own words: artifact ${wordsIn}`]),
    ...feedback.map((text) => `feedback: ${text}`),
    '',
  ].join('\n');
}

function heading(text: string): string {
  return `── ${text}`;
}
