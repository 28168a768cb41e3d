import { type Command, Option } from 'commander';
import type { PartitionedPage, PartitionedStarted, PartitionedView } from '../../contracts/api.schema';
import { RUN_STATUSES } from '../../domain/agents/run-state';
import { readMapping } from '../graph-files';
import { asGiven } from '../http/as-given';
import { partitionedPath } from '../simulation/paths';
import { watchPartitioned } from '../simulation/watch-partitioned';
import { partitionedLine, partitionedTable, partitionTable } from '../view/partition-table';
import {
  apiCommand,
  contextOf,
  pageCommand,
  type CommonOptions,
  type PageOptions,
  type Registration,
} from './registration';

export const registerPartitions: Registration = (program) => {
  const partitions = program
    .command('partitions')
    .description('simulate several markets tick by tick together, show and steer them');
  apiCommand(partitions, 'start <file>', 'start the partitions of a file (YAML or JSON) and watch them')
    .option('--no-wait', 'start them and return')
    .action(start);
  pageCommand(partitions, 'list', 'list partitioned simulations, newest first')
    .addOption(new Option('--status <status>', 'only those of this status').choices([...RUN_STATUSES]))
    .action(list);
  apiCommand(partitions, 'show <runId>', 'show a partitioned simulation with its partitions').action(show);
  apiCommand(partitions, 'watch <runId>', 'follow one until it ends').action(watch);
  steering(partitions, 'pause', 'begin no further tick in any partition for now');
  steering(partitions, 'resume', 'go on after a pause');
  steering(partitions, 'stop', 'end every partition when they meet next');
  steering(partitions, 'cancel', 'give up what is under way in every partition, and end');
};

function steering(partitions: Command, action: string, description: string): void {
  apiCommand(partitions, `${action} <runId>`, description).action(async (runId: string, options: CommonOptions) => {
    const { api, console } = contextOf(options);
    const done = await api.create<object>(`${partitionedPath(runId)}/${action}`, {});
    console.answer(done, () => `Partitioned simulation ${runId}: ${action}. See: longhaul partitions show ${runId}`);
  });
}

async function start(file: string, options: CommonOptions & { wait: boolean }): Promise<void> {
  const { api, console } = contextOf(options);
  const body = readMapping(file, 'a simulation with partitions, such as "partitions: [{ name: north }]"');
  const started = await asGiven({ file }, () => api.create<PartitionedStarted>('/partitioned-simulations', body));
  console.say(`Partitioned simulation ${started.runId} of ${started.partitions.length} partitions`);
  if (!options.wait) return console.answer(started, () => `See: longhaul partitions show ${started.runId}`);
  await watchPartitioned(api, started.runId, console);
}

async function list({ status, limit, cursor, ...options }: CommonOptions & PageOptions & { status?: string }) {
  const { api, console } = contextOf(options);
  const page = await api.get<PartitionedPage>('/partitioned-simulations', { status, limit, cursor });
  console.answer(page, () => {
    if (page.items.length === 0) return 'No partitioned simulations yet. Start one: longhaul partitions start FILE';
    return partitionedTable(page.items) + (page.nextCursor === null ? '' : `\nMore: --cursor ${page.nextCursor}`);
  });
}

async function show(runId: string, options: CommonOptions): Promise<void> {
  const { api, console } = contextOf(options);
  const whole = await api.get<PartitionedView>(partitionedPath(runId));
  console.answer(
    whole,
    () => `${partitionTable(whole)}\n\n${partitionedLine(whole)}\nTemporal Web UI: ${whole.links.temporalUi}`,
  );
}

async function watch(runId: string, options: CommonOptions): Promise<void> {
  const { api, console } = contextOf(options);
  await watchPartitioned(api, runId, console);
}
