import { Option } from 'commander';
import type { SimulationPage, SimulationStarted, SimulationView } from '../../contracts/api.schema';
import { RUN_STATUSES } from '../../domain/agents/run-state';
import { endWith } from '../simulation/end-with';
import { FrameLines } from '../simulation/frame-lines';
import { simulationPath } from '../simulation/paths';
import { followSimulation } from '../simulation/watch-simulation';
import { simulationsTable, simulationText } from '../view/simulation-table';
import {
  apiCommand,
  contextOf,
  pageCommand,
  type CommonOptions,
  type PageOptions,
  type Registration,
} from './registration';
import { simulationControlCommands } from './simulation-control';
import { simulationRecordCommands } from './simulation-record';

export const registerSimulations: Registration = (program) => {
  const simulations = program.command('simulations').description('list, show, follow, steer and read simulations');
  pageCommand(simulations, 'list', 'list simulations, newest first')
    .addOption(new Option('--status <status>', 'only those of this status').choices([...RUN_STATUSES]))
    .action(list);
  apiCommand(simulations, 'show <runId>', 'show one with the figures of its last recorded tick').action(show);
  apiCommand(simulations, 'watch <runId>', 'follow one until it ends')
    .option('--svg <file>', 'write the chart of the run to this file')
    .action(watch);
  apiCommand(simulations, 'start <runId>', 'start one that was created with `simulate --no-start`').action(start);
  simulationControlCommands(simulations);
  simulationRecordCommands(simulations);
};

async function list(options: CommonOptions & PageOptions & { status?: string }): Promise<void> {
  const { api, console } = contextOf(options);
  const { status, limit, cursor } = options;
  const page = await api.get<SimulationPage>('/simulations', { status, limit, cursor });
  console.answer(page, () => {
    if (page.items.length === 0) return 'No simulations yet. Start one: longhaul simulate --bot baseline-v1';
    return simulationsTable(page.items) + (page.nextCursor === null ? '' : `\nMore: --cursor ${page.nextCursor}`);
  });
}

async function show(runId: string, options: CommonOptions): Promise<void> {
  const { api, console } = contextOf(options);
  const view = await api.get<SimulationView>(simulationPath(runId));
  console.answer(view, () => `${simulationText(view, console)}\nTemporal Web UI: ${view.links.temporalUi}`);
}

async function start(runId: string, options: CommonOptions): Promise<void> {
  const { api, console } = contextOf(options);
  const started = await api.create<SimulationStarted>(simulationPath(runId, 'start'), {});
  console.answer(
    started,
    () => `Simulation ${runId} is ${started.launch}. Follow it: longhaul simulations watch ${runId}`,
  );
}

async function watch(runId: string, options: CommonOptions & { svg?: string }): Promise<void> {
  const { api, console } = contextOf(options);
  const viewer = console.json ? new FrameLines(console) : undefined;
  endWith(await followSimulation(api, runId, console, viewer), console, options.svg);
}
