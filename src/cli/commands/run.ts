import { type Command, Option } from 'commander';
import type { RunStarted, RunView, StartRun } from '../../contracts/api.schema';
import { PRIORITY_CLASSES } from '../../domain/llm/fair-queue';
import { EXIT } from '../exit';
import { readInputs, storeGraphFile } from '../graph-files';
import { asGiven } from '../http/as-given';
import type { Console } from '../view/console';
import { runLine } from '../view/run-table';
import { followRun } from '../view/watch-run';
import { cassetteOf, type CassetteOptions, cassetteOptions } from './cassette-options';
import { namedValue, usDollars } from './option-values';
import { apiCommand, contextOf, type CommonOptions, type Registration } from './registration';

interface RunOptions extends CommonOptions, CassetteOptions {
  input: [string, unknown][];
  inputs?: string;
  budget?: number;
  experiment?: string;
  priorityClass?: StartRun['priorityClass'];
  watch: boolean;
}

export const registerRun: Registration = (program) => {
  const started = apiCommand(
    program,
    'run <file>',
    'store an agent graph (YAML or JSON), run it and follow it to its end',
  )
    .option('--input <name=value>', 'one input; JSON values are read as JSON (repeatable)', namedValue, [])
    .option('--inputs <file>', 'inputs from a YAML or JSON file; --input wins over it')
    .option('--budget <usd>', 'cost budget of this run in US dollars, instead of the graph’s', usDollars)
    .option('--experiment <name>', 'run under the budget of this experiment; see `longhaul budgets`')
    .addOption(
      new Option('--priority-class <class>', 'whose model calls go first; interactive by default').choices(
        PRIORITY_CLASSES,
      ),
    );
  cassetteOptions(started).option('--no-watch', 'start it and return').action(run);
};

async function run(file: string, options: RunOptions, command: Command): Promise<void> {
  const cassette = cassetteOf(options, command);
  const { api, console } = contextOf(options);
  const inputs = { ...readInputs(options.inputs), ...Object.fromEntries(options.input) };
  const graph = await storeGraphFile(api, file, console);
  const { budget: costBudgetUsd, experiment, priorityClass } = options;
  const wanted = { graph: { name: graph.name, version: graph.version }, inputs, costBudgetUsd, experiment };
  const given = { file: options.inputs, options: { costBudgetUsd: '--budget', experiment: '--experiment' } };
  const started = await asGiven(given, () => api.create<RunStarted>('/runs', { ...wanted, priorityClass, cassette }));
  console.say(`Run ${started.runId} of ${graph.name} version ${graph.version}`);
  if (!options.watch) return console.answer(started, () => `Follow it: longhaul runs watch ${started.runId}`);
  endWith(await followRun(api, started.runId, console), console);
}

function endWith(view: RunView, console: Console): void {
  const line = console.canRedraw ? '' : `${runLine(view, console)}\n`;
  console.answer(
    view,
    () => `${line}Outputs: longhaul runs result ${view.runId}\nTemporal Web UI: ${view.links.temporalUi}`,
  );
  if (view.status !== 'completed') process.exitCode = EXIT.failed;
}
