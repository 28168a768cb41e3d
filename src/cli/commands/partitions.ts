import type { Command } from 'commander';
import type { PartitionedStarted, PartitionedView } from '../../contracts/api.schema';
import { isTerminalRunStatus } from '../../domain/agents/run-state';
import { formatUsd } from '../../domain/kernel/money';
import type { ApiClient } from '../../client/api-client';
import { EXIT } from '../exit';
import { readMapping } from '../graph-files';
import { onInterrupt } from '../interrupt';
import type { Console } from '../view/console';
import { PatientReader } from '../view/patient-reader';
import { pause } from '../view/pause';
import { table } from '../view/run-table';
import { apiCommand, contextOf, type CommonOptions, type Registration } from './registration';

const POLL_MS = 500;

export const registerPartitions: Registration = (program) => {
  const partitions = program
    .command('partitions')
    .description('simulate several markets tick by tick together, show and steer them');
  apiCommand(partitions, 'start <file>', 'start the partitions of a file (YAML or JSON) and watch them')
    .option('--no-wait', 'start them and return')
    .action(start);
  apiCommand(partitions, 'show <runId>', 'show a partitioned simulation with its partitions').action(show);
  steering(partitions, 'pause', 'begin no further tick in any partition for now');
  steering(partitions, 'resume', 'go on after a pause');
  steering(partitions, 'stop', 'end every partition when they meet next');
  steering(partitions, 'cancel', 'give up what is under way in every partition, and end');
};

function steering(partitions: Command, action: string, description: string): void {
  apiCommand(partitions, `${action} <runId>`, description).action(async (runId: string, options: CommonOptions) => {
    const { api, console } = contextOf(options);
    const done = await api.create<object>(`${pathOf(runId)}/${action}`, {});
    console.answer(done, () => `Partitioned simulation ${runId}: ${action}. See: longhaul partitions show ${runId}`);
  });
}

async function start(file: string, options: CommonOptions & { wait: boolean }): Promise<void> {
  const { api, console } = contextOf(options);
  const body = readMapping(file, 'a simulation with partitions, such as "partitions: [{ name: north }]"');
  const started = await api.create<PartitionedStarted>('/partitioned-simulations', body);
  console.say(`Partitioned simulation ${started.runId} of ${started.partitions.length} partitions`);
  if (!options.wait) return console.answer(started, () => `See: longhaul partitions show ${started.runId}`);
  const whole = await follow(api, started.runId, console);
  console.answer(whole, () => partitionTable(whole));
  if (whole.status !== 'completed') process.exitCode = EXIT.failed;
}

async function follow(api: ApiClient, runId: string, console: Console): Promise<PartitionedView> {
  const { signal } = onInterrupt();
  const reader = new PatientReader(api, { signal, note: (text) => console.note(text) });
  for (let shown = ''; ;) {
    const whole = await reader.get<PartitionedView>(pathOf(runId));
    const line = lineOf(whole);
    if (line !== shown) console.say(line);
    shown = line;
    if (isTerminalRunStatus(whole.status)) return whole;
    await pause(POLL_MS, signal);
  }
}

async function show(runId: string, options: CommonOptions): Promise<void> {
  const { api, console } = contextOf(options);
  const whole = await api.get<PartitionedView>(pathOf(runId));
  console.answer(
    whole,
    () => `${partitionTable(whole)}\n\n${lineOf(whole)}\nTemporal Web UI: ${whole.links.temporalUi}`,
  );
}

function partitionTable({ partitions }: PartitionedView): string {
  const rows = partitions.map(({ name, runId, status, tick, costMicroUsd, reasonCode }) => [
    ...[name, runId, status, String(tick), formatUsd(costMicroUsd)],
    status === 'completed' ? '' : (reasonCode ?? ''),
  ]);
  return table(['partition', 'run', 'status', 'tick', 'cost', 'reason'], rows);
}

function lineOf({ status, tick, ticks, pausedAt, partitions, costMicroUsd, reason }: PartitionedView): string {
  const state = pausedAt === null ? status : 'paused';
  const out = partitions.filter((partition) => partition.status === 'failed' || partition.status === 'cancelled');
  const named = out.length === 0 ? '' : `, without ${out.map(({ name }) => name).join(', ')}`;
  return `${state}: tick ${tick} of ${ticks}${named}, ${formatUsd(costMicroUsd)}${reason === null ? '' : ` (${reason})`}`;
}

function pathOf(runId: string): string {
  return `/partitioned-simulations/${encodeURIComponent(runId)}`;
}
