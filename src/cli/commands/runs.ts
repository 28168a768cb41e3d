import { Option, type Command } from 'commander';
import type { RunEstimateView, RunPage, RunResult, RunView } from '../../contracts/api.schema';
import { RUN_STATUSES } from '../../domain/agents/run-state';
import { formatUsd } from '../../domain/kernel/money';
import { EXIT } from '../exit';
import { accuracyLine, runEstimateTable } from '../view/estimate-table';
import { runLine, runTable, table } from '../view/run-table';
import { followRun } from '../view/watch-run';
import {
  apiCommand,
  contextOf,
  pageCommand,
  type CommonOptions,
  type PageOptions,
  type Registration,
} from './registration';
import { controlCommands } from './run-control';
import { decisionCommands } from './tasks';

export const registerRuns: Registration = (program) => {
  const runs = program
    .command('runs')
    .description('list, show, follow and control runs, answer what they ask, read their results');
  pageCommand(runs, 'list', 'list runs, newest first')
    .addOption(new Option('--status <status>', 'only runs of this status').choices([...RUN_STATUSES]))
    .action(list);
  apiCommand(runs, 'show <runId>', 'show one run with its agents').action(show);
  apiCommand(runs, 'estimate <runId>', 'what it was expected to cost, beside what it has cost').action(estimate);
  apiCommand(runs, 'watch <runId>', 'follow a run until it ends').action(watch);
  apiCommand(runs, 'result <runId>', 'print the outputs of a finished run')
    .option('--node <agent>', 'only this agent')
    .action(result);
  cancelCommand(runs);
  controlCommands(runs);
  decisionCommands(runs);
};

function cancelCommand(runs: Command): void {
  apiCommand(runs, 'cancel <runId>', 'ask a run to stop; requests under way are aborted').action(
    async (runId: string, options: CommonOptions) => {
      const { api, console } = contextOf(options);
      const answer = await api.post(`/runs/${encodeURIComponent(runId)}/cancel`, {});
      console.answer(answer, () => `Run ${runId} was asked to stop. See \`longhaul runs watch ${runId}\`.`);
    },
  );
}

async function list(options: CommonOptions & PageOptions & { status?: string }): Promise<void> {
  const { api, console } = contextOf(options);
  const page = await api.get<RunPage>('/runs', {
    status: options.status,
    limit: options.limit,
    cursor: options.cursor,
  });
  console.answer(page, () => {
    if (page.items.length === 0)
      return 'No runs yet. Start one: longhaul run examples/graphs/erp-daily-operations.yaml';
    const rows = page.items.map((run) => [
      run.runId,
      run.name,
      run.status,
      `${run.completedAgents}/${run.totalAgents}`,
      formatUsd(run.costMicroUsd),
      run.createdAt,
    ]);
    return (
      table(['run', 'graph', 'status', 'agents', 'cost', 'created'], rows) +
      (page.nextCursor === null ? '' : `\nMore: --cursor ${page.nextCursor}`)
    );
  });
}

async function show(runId: string, options: CommonOptions): Promise<void> {
  const { api, console } = contextOf(options);
  const path = `/runs/${encodeURIComponent(runId)}`;
  const [run, estimated] = await Promise.all([api.get<RunView>(path), api.get<RunEstimateView>(`${path}/estimate`)]);
  console.answer(run, () =>
    [
      ...[runTable(run, console), '', runLine(run, console)],
      ...[accuracyLine(estimated), `Temporal Web UI: ${run.links.temporalUi}`],
    ].join('\n'),
  );
}

async function estimate(runId: string, options: CommonOptions): Promise<void> {
  const { api, console } = contextOf(options);
  const answer = await api.get<RunEstimateView>(`/runs/${encodeURIComponent(runId)}/estimate`);
  console.answer(answer, () => runEstimateTable(answer));
}

async function watch(runId: string, options: CommonOptions): Promise<void> {
  const { api, console } = contextOf(options);
  const run = await followRun(api, runId, console);
  console.answer(run, () => (console.canRedraw ? `Outputs: longhaul runs result ${run.runId}` : runLine(run, console)));
  if (run.status !== 'completed') process.exitCode = EXIT.failed;
}

async function result(runId: string, options: CommonOptions & { node?: string }): Promise<void> {
  const { api, console } = contextOf(options);
  const answer = await api.get<RunResult>(`/runs/${encodeURIComponent(runId)}/result`, { node: options.node });
  console.answer(answer, () =>
    Object.entries(answer.outputs)
      .map(
        ([name, { status, reason, output }]) =>
          `── ${name} (${status})\n${output ? contentOf(output) : (reason ?? '')}`,
      )
      .join('\n\n'),
  );
}

function contentOf(output: unknown): string {
  const { json, content } = (output ?? {}) as { json?: unknown; content?: string };
  return json === undefined ? (content ?? '') : JSON.stringify(json, null, 2);
}
