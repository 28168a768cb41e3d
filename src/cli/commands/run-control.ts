import { Argument, type Command } from 'commander';
import type { BudgetRaised, PrioritySet, RunPaused, RunStarted } from '../../contracts/api.schema';
import { formatUsd } from '../../domain/kernel/money';
import { integerBetween, usDollars } from './option-values';
import { apiCommand, contextOf, type CommonOptions } from './registration';

/** Part of `longhaul runs`: what people do to a run while it lasts, and how a finished one is tried again. */
export function controlCommands(runs: Command): void {
  apiCommand(runs, 'pause <runId>', 'start nothing new; what runs finishes its step, the clock stands still').action(
    (runId: string, options: CommonOptions) => pause(runId, 'pause', options),
  );
  apiCommand(runs, 'resume <runId>', 'go on after a pause').action((runId: string, options: CommonOptions) =>
    pause(runId, 'resume', options),
  );
  apiCommand(runs, 'retry <runId>', 'try what did not complete again, in a new run; nothing is paid twice')
    .option('--budget <usd>', 'cost budget of the new run in US dollars', usDollars)
    .action(retry);
  apiCommand(runs, 'budget <runId>', 'raise the cost limit of a run or of one of its agents')
    .requiredOption('--to <usd>', 'the new limit in US dollars', usDollars)
    .option('--agent <name>', 'the limit of this agent instead of the run’s')
    .action(budget);
  apiCommand(runs, 'priority <runId> <agent>', 'change when an agent that has not started gets its turn')
    .addArgument(new Argument('<priority>', '1 to 10; higher starts first').argParser(integerBetween(1, 10)))
    .action(priority);
}

async function pause(runId: string, action: 'pause' | 'resume', options: CommonOptions): Promise<void> {
  const { api, console } = contextOf(options);
  const answer = await api.post<RunPaused>(pathOf(runId, action), {});
  console.answer(answer, () =>
    answer.paused ? `Run ${runId} is paused. Go on: longhaul runs resume ${runId}` : `Run ${runId} goes on.`,
  );
}

async function retry(runId: string, options: CommonOptions & { budget?: number }): Promise<void> {
  const { api, console } = contextOf(options);
  const started = await api.create<RunStarted>(pathOf(runId, 'retry'), { costBudgetUsd: options.budget });
  console.answer(
    started,
    () =>
      `Run ${started.runId} tries again what ${runId} did not complete.\nFollow it: longhaul runs watch ${started.runId}`,
  );
}

async function budget(runId: string, options: CommonOptions & { to: number; agent?: string }): Promise<void> {
  const { api, console } = contextOf(options);
  const body = { costBudgetUsd: options.to, agent: options.agent };
  const raised = await api.post<BudgetRaised>(pathOf(runId, 'budget'), body);
  const { limitMicroUsd, remainingMicroUsd } = raised.budget;
  console.answer(
    raised,
    () =>
      `${raised.agent ?? 'The run'} may spend ${formatUsd(limitMicroUsd)}; ${formatUsd(remainingMicroUsd)} are left.`,
  );
}

async function priority(runId: string, node: string, value: number, options: CommonOptions): Promise<void> {
  const { api, console } = contextOf(options);
  const set = await api.post<PrioritySet>(pathOf(runId, 'priority'), { node, priority: value });
  console.answer(set, () => `${set.node} has priority ${set.priority} now.`);
}

function pathOf(runId: string, action: string): string {
  return `/runs/${encodeURIComponent(runId)}/${action}`;
}
