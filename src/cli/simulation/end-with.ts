import { writeFileSync } from 'node:fs';
import { LonghaulError } from '../../domain/kernel/errors';
import { messageOf } from '../../domain/kernel/message-of';
import { EXIT } from '../exit';
import { blockChart } from '../view/block-chart';
import type { Console } from '../view/console';
import { figureAmount, figureLabel, figureText, figureUnit } from '../view/figures';
import { simulationText } from '../view/simulation-table';
import type { Bounds, Series } from '../view/series';
import { svgChart } from '../view/svg-chart';
import type { Watched } from './watch-simulation';

const CHART_ROWS = 8;
const COLUMNS_WITHOUT_TERMINAL = 80;

/** What is said of a run that was watched to its end: figures, a chart, and where to go from here. */
export function endWith({ view, chart }: Watched, console: Console, svg?: string): void {
  const { series, figure } = chart;
  if (svg !== undefined) writeChart(svg, view.name, figure, [series]);
  console.answer(view, () =>
    [
      ...[simulationText(view, console), '', terminalChart(figure, series), ''],
      ...(svg === undefined ? [] : [`Chart: ${svg}`]),
      `Ticks: longhaul simulations ticks ${view.runId}`,
      `Another way from tick N on: longhaul fork ${view.runId} --tick N --bot NAME`,
      `Temporal Web UI: ${view.links.temporalUi}`,
    ].join('\n'),
  );
  if (view.status !== 'completed') process.exitCode = EXIT.failed;
}

/** As wide as the terminal. */
export function terminalChart(figure: string, series: Series, bounds?: Bounds): string {
  const columns = process.stdout.columns ?? COLUMNS_WITHOUT_TERMINAL;
  return blockChart(series, { columns, rows: CHART_ROWS }, (value) => figureText(figure, value), bounds);
}

/** @throws LonghaulError UnusableFile */
export function writeChart(file: string, title: string, figure: string, series: readonly Series[]): void {
  const label = figureLabel(figure);
  const unit = figureUnit(figure);
  const svg = svgChart({
    title: `${title}: ${label}`,
    yLabel: unit === '' ? label : `${label}, ${unit}`,
    text: (value) => (unit === '' ? String(value) : figureText(figure, Math.round(value * 100))),
    series: series.map((one) => ({ ...one, values: one.values.map((value) => figureAmount(figure, value)) })),
  });
  try {
    writeFileSync(file, svg);
  } catch (error) {
    throw new LonghaulError('UnusableFile', { file, detail: messageOf(error) }, [], { cause: error });
  }
}
