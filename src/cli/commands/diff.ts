import type { SimulationView } from '../../contracts/api.schema';
import { terminalChart, writeChart } from '../simulation/end-with';
import { FigureSeries } from '../simulation/figure-series';
import { simulationPath } from '../simulation/paths';
import { RunComparison } from '../simulation/run-comparison';
import { type Reader, type Tick, tickPages } from '../simulation/tick-pages';
import { comparisonText } from '../view/comparison-text';
import { boundsOf, type Series } from '../view/series';
import { apiCommand, contextOf, type CommonOptions, type Registration } from './registration';

interface DiffOptions extends CommonOptions {
  figure?: string;
  svg?: string;
}

export const registerDiff: Registration = (program) => {
  apiCommand(program, 'diff <runA> <runB>', 'two simulations side by side, such as a fork and its parent')
    .option('--figure <name>', 'what is drawn (default: the world’s most telling figure)')
    .option('--svg <file>', 'write the chart of both to this file')
    .action(diff);
};

async function diff(runA: string, runB: string, options: DiffOptions): Promise<void> {
  const { api, console } = contextOf(options);
  const views = [runA, runB].map((runId) => api.get<SimulationView>(simulationPath(runId)));
  const [a, b] = (await Promise.all(views)) as [SimulationView, SimulationView];
  const comparison = new RunComparison();
  const charts: [FigureSeries, FigureSeries] = [new FigureSeries(options.figure), new FigureSeries(options.figure)];
  for await (const [ofA, ofB] of tickPairs(api, runA, runB)) {
    if (ofA) charts[0].add([ofA]);
    if (ofB) charts[1].add([ofB]);
    if (ofA && ofB) comparison.add(ofA, ofB);
  }
  const result = comparison.result();
  const names = namesOf(a, b);
  const series = [labelled(charts[0], names.a), labelled(charts[1], names.b)] as const;
  const { figure } = charts[0];
  if (options.svg !== undefined) writeChart(options.svg, `${names.a} and ${names.b}`, figure, series);
  console.answer({ runA, runB, ...result }, () => {
    const bounds = boundsOf(series);
    const drawn = series.map((one) => terminalChart(figure, one, bounds));
    return [comparisonText(result, names), ...drawn].join('\n\n');
  });
}

/** Runs of one name, as forks have by default, are told apart by the end of their ids. */
function namesOf(a: SimulationView, b: SimulationView): { a: string; b: string } {
  if (a.name !== b.name) return { a: a.name, b: b.name };
  return { a: `${a.name} …${a.runId.slice(-6)}`, b: `${b.name} …${b.runId.slice(-6)}` };
}

function labelled({ series, figure }: FigureSeries, name: string): Series {
  return { ...series, label: `${name}: ${figure === '' ? 'nothing' : series.label}` };
}

/** Tick by tick to the end of the longer one; undefined where the other one has ended. */
async function* tickPairs(
  reader: Reader,
  runA: string,
  runB: string,
): AsyncGenerator<[Tick | undefined, Tick | undefined]> {
  const [a, b] = [ticksOf(reader, runA), ticksOf(reader, runB)];
  for (;;) {
    const [ofA, ofB] = await Promise.all([a.next(), b.next()]);
    if (ofA.done === true && ofB.done === true) return;
    yield [ofA.done === true ? undefined : ofA.value, ofB.done === true ? undefined : ofB.value];
  }
}

async function* ticksOf(reader: Reader, runId: string): AsyncGenerator<Tick, undefined> {
  for await (const page of tickPages(reader, runId)) yield* page;
  return undefined;
}
