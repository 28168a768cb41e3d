import { dirname, extname, resolve } from 'node:path';
import type { Command } from 'commander';
import type { BatchStarted, BatchView } from '../../contracts/api.schema';
import { isTerminalRunStatus } from '../../domain/agents/run-state';
import { formatUsd } from '../../domain/kernel/money';
import { EXIT } from '../exit';
import { readBatch, storeGraphFile, type BatchFile } from '../graph-files';
import type { ApiClient } from '../../client/api-client';
import { asGiven } from '../http/as-given';
import { onInterrupt } from '../interrupt';
import type { Console } from '../view/console';
import { PatientReader } from '../view/patient-reader';
import { pause } from '../view/pause';
import { table } from '../view/run-table';
import { apiCommand, contextOf, type CommonOptions, type Registration } from './registration';

const POLL_MS = 500;

export const registerBatch: Registration = (program) => {
  const batch = program.command('batch').description('start many runs through a sliding window, show and cancel them');
  startCommand(batch);
  apiCommand(batch, 'show <batchId>', 'show a batch with its runs').action(show);
  apiCommand(batch, 'cancel <batchId>', 'ask a batch and all its runs to stop').action(cancel);
};

function startCommand(batch: Command): void {
  apiCommand(batch, 'start <file>', 'start the runs of a batch file (YAML or JSON) and wait for their end')
    .option('--no-watch', 'start them and return')
    .action(start);
}

async function start(file: string, options: CommonOptions & { watch: boolean }): Promise<void> {
  const { api, console } = contextOf(options);
  const batch = await withStoredGraphs(api, file, console);
  const started = await asGiven({ file }, () => api.create<BatchStarted>('/batches', batch));
  console.say(`Batch ${started.batchId} of ${started.runIds.length} runs`);
  if (!options.watch) return console.answer(started, () => `See how it stands: longhaul batch show ${started.batchId}`);
  endWith(await followBatch(api, started.batchId, console), console);
}

/** A `graph` that names a file (beside the batch file) is stored first, each file once. */
async function withStoredGraphs(api: ApiClient, file: string, console: Console): Promise<BatchFile> {
  const batch = readBatch(file);
  const stored = new Map<string, { name: string; version: number }>();
  for (const { graph } of batch.runs) {
    if (typeof graph !== 'string' || !isGraphFile(graph) || stored.has(graph)) continue;
    const { name, version } = await storeGraphFile(api, resolve(dirname(file), graph), console);
    stored.set(graph, { name, version });
  }
  const graphOf = (graph: unknown) => (typeof graph === 'string' ? (stored.get(graph) ?? graph) : graph);
  return { ...batch, runs: batch.runs.map((run) => ({ ...run, graph: graphOf(run.graph) })) };
}

function isGraphFile(graph: string): boolean {
  return ['.yaml', '.yml', '.json'].includes(extname(graph));
}

async function followBatch(api: ApiClient, batchId: string, console: Console): Promise<BatchView> {
  const { signal } = onInterrupt();
  const reader = new PatientReader(api, { signal, note: (text) => console.note(text) });
  for (let shown = ''; ;) {
    const batch = await reader.get<BatchView>(`/batches/${encodeURIComponent(batchId)}`);
    const line = batchLine(batch);
    if (line !== shown) console.say(line);
    shown = line;
    if (isTerminalRunStatus(batch.status)) return batch;
    await pause(POLL_MS, signal);
  }
}

async function show(batchId: string, options: CommonOptions): Promise<void> {
  const { api, console } = contextOf(options);
  const batch = await api.get<BatchView>(`/batches/${encodeURIComponent(batchId)}`);
  console.answer(
    batch,
    () => `${batchTable(batch)}\n\n${batchLine(batch)}\nTemporal Web UI: ${batch.links.temporalUi}`,
  );
}

async function cancel(batchId: string, options: CommonOptions): Promise<void> {
  const { api, console } = contextOf(options);
  const answer = await api.post(`/batches/${encodeURIComponent(batchId)}/cancel`, {});
  console.answer(answer, () => `Batch ${batchId} was asked to stop. See \`longhaul batch show ${batchId}\`.`);
}

function endWith(batch: BatchView, console: Console): void {
  console.answer(batch, () => batchTable(batch));
  if (batch.status !== 'completed') process.exitCode = EXIT.failed;
}

function batchTable({ runs }: BatchView): string {
  const rows = runs.map((run) => [
    run.runId,
    run.name,
    run.status,
    `${run.completedAgents}/${run.totalAgents}`,
    formatUsd(run.costMicroUsd),
    run.status === 'completed' ? '' : (run.reasonCode ?? ''),
  ]);
  return table(['run', 'graph', 'status', 'agents', 'cost', 'reason'], rows);
}

function batchLine({ status, statistics }: BatchView): string {
  const { total, completed, partiallyCompleted, failed, cancelled, running, totalCostMicroUsd } = statistics;
  const counts = [
    `${completed} of ${total} runs completed`,
    `${running} running`,
    `${partiallyCompleted} in part`,
    `${failed} failed`,
    `${cancelled} cancelled`,
  ];
  return `${status}: ${counts.join(', ')}, ${formatUsd(totalCostMicroUsd)}`;
}
