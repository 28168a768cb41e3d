import type { Command } from 'commander';
import {
  SIMULATION_LIMITS,
  type SimulationResult,
  type SimulationView,
  type TickEvents,
  type TicksPage,
} from '../../contracts/api.schema';
import { terminalChart, writeChart } from '../simulation/end-with';
import { FigureSeries } from '../simulation/figure-series';
import { simulationPath } from '../simulation/paths';
import { printLines, writeLines } from '../simulation/line-output';
import { linesOfRun } from '../simulation/record-lines';
import { tickPages } from '../simulation/tick-pages';
import { figureLabel, figureText, headlines } from '../view/figures';
import { resultText } from '../view/result-text';
import { table } from '../view/run-table';
import { integerBetween } from './option-values';
import { apiCommand, contextOf, type CommonOptions } from './registration';

interface RangeOptions extends CommonOptions {
  after: number;
  limit: number;
}

/** Part of `longhaul simulations`: what is recorded of a run. */
export function simulationRecordCommands(simulations: Command): void {
  rangeCommand(simulations, 'ticks <runId>', 'recorded ticks with their figures, and with --json all decisions').action(
    ticks,
  );
  rangeCommand(simulations, 'events <runId>', 'what happened in the world')
    .option('--type <type>', 'only events of this type, such as day-closed')
    .option('--cursor <cursor>', 'where the page before ended')
    .action(events);
  apiCommand(simulations, 'result <runId>', 'what an ended run is worth: metrics, frauds, events, verdicts').action(
    result,
  );
  apiCommand(simulations, 'export <runId>', 'print the record of a run as JSON lines, for `longhaul replay FILE`')
    .option('--out <file>', 'write it to this file')
    .action(exportRecord);
  apiCommand(simulations, 'chart <runId>', 'draw one figure over all recorded ticks')
    .option('--figure <name>', 'such as cashCents (default: the world’s most telling one)')
    .option('--svg <file>', 'write it to this file as SVG, too')
    .action(chart);
}

function rangeCommand(parent: Command, usage: string, description: string): Command {
  const { ticksMax, ticksPageMax } = SIMULATION_LIMITS;
  return apiCommand(parent, usage, description)
    .option('--after <tick>', 'what comes after this tick', integerBetween(0, ticksMax), 0)
    .option('--limit <n>', `how many, at most ${ticksPageMax}`, integerBetween(1, ticksPageMax), 50);
}

async function ticks(runId: string, options: RangeOptions): Promise<void> {
  const { api, console } = contextOf(options);
  const { after, limit } = options;
  const page = await api.get<TicksPage>(simulationPath(runId, 'ticks'), { after, limit });
  console.answer(page, () => {
    const [first] = page.items;
    if (first === undefined) return `Nothing is recorded after tick ${after}.`;
    const shown = headlines(first.figures);
    const rows = page.items.map(({ tick, asked, figures, storyline }) => [
      ...[tick, ...shown.map((name) => figureText(name, figures[name] ?? 0)), asked ? '' : 'standing', storyline],
    ]);
    const more = page.nextAfter === null ? '' : `\nMore: --after ${page.nextAfter}`;
    return table(['tick', ...shown.map(figureLabel), 'orders', 'storyline'], rows) + more;
  });
}

async function events(runId: string, options: RangeOptions & { type?: string; cursor?: string }): Promise<void> {
  const { api, console } = contextOf(options);
  const { after, limit, type, cursor } = options;
  const answer = await api.get<TickEvents>(simulationPath(runId, 'events'), { after, limit, type, cursor });
  console.answer(answer, () => {
    if (answer.items.length === 0) return `No events after tick ${after}.`;
    const rows = answer.items.map(({ tick, type: name, subject, data }) => [
      ...[tick, name, subject ?? '', JSON.stringify(data)],
    ]);
    const more = answer.nextCursor === null ? '' : `\nMore: --cursor ${answer.nextCursor}`;
    return table(['tick', 'event', 'of', 'data'], rows) + more;
  });
}

async function result(runId: string, options: CommonOptions): Promise<void> {
  const { api, console } = contextOf(options);
  const answer = await api.get<SimulationResult>(simulationPath(runId, 'result'));
  console.answer(answer, () => resultText(answer));
}

/** A line is written when the one before it was taken: a record may be larger than memory. */
async function exportRecord(runId: string, options: CommonOptions & { out?: string }): Promise<void> {
  const { api, console } = contextOf(options);
  const lines = linesOfRun(api, runId);
  if (options.out === undefined) return void (await printLines(lines));
  const written = await writeLines(options.out, lines);
  console.answer({ file: options.out, lines: written }, () => `${options.out}: ${written} lines.`);
}

async function chart(runId: string, options: CommonOptions & { figure?: string; svg?: string }): Promise<void> {
  const { api, console } = contextOf(options);
  const { name } = await api.get<SimulationView>(simulationPath(runId));
  const gathered = new FigureSeries(options.figure);
  for await (const page of tickPages(api, runId)) gathered.add(page);
  const { figure, series } = gathered;
  if (options.svg !== undefined) writeChart(options.svg, name, figure, [series]);
  console.answer({ runId, figure, ...series }, () => terminalChart(figure, series));
}
