import { Argument } from 'commander';
import type { BudgetChain, BudgetLevelView, BudgetPage } from '../../contracts/api.schema';
import { formatUsd } from '../../domain/kernel/money';
import { table } from '../view/run-table';
import { levelAboveRuns, usDollars } from './option-values';
import {
  apiCommand,
  contextOf,
  pageCommand,
  type CommonOptions,
  type PageOptions,
  type Registration,
} from './registration';

export const registerBudgets: Registration = (program) => {
  const budgets = program.command('budgets').description('limits above runs: of the tenant and of experiments');
  pageCommand(budgets, 'list', 'list the budgets of the tenant and its experiments').action(list);
  apiCommand(budgets, 'set', 'set or raise a limit')
    .addArgument(new Argument('<level>', 'tenant or experiment:NAME').argParser(levelAboveRuns))
    .requiredOption('--to <usd>', 'the limit in US dollars', usDollars)
    .action(set);
  apiCommand(budgets, 'show <level>', 'show a budget and those above it; a run is run:RUNID').action(show);
};

async function list(options: CommonOptions & PageOptions): Promise<void> {
  const { api, console } = contextOf(options);
  const page = await api.get<BudgetPage>('/budgets', { limit: options.limit, cursor: options.cursor });
  console.answer(page, () => {
    if (page.items.length === 0) return 'No budgets above runs yet. Set one: longhaul budgets set tenant --to 100';
    return budgetTable(page.items) + (page.nextCursor === null ? '' : `\nMore: --cursor ${page.nextCursor}`);
  });
}

async function set(level: { experiment?: string }, options: CommonOptions & { to: number }): Promise<void> {
  const { api, console } = contextOf(options);
  const budget = await api.post<BudgetLevelView>('/budgets', { ...level, costBudgetUsd: options.to });
  console.answer(
    budget,
    () => `${budget.id} may spend ${formatUsd(budget.limitMicroUsd)}; ${formatUsd(budget.remainingMicroUsd)} are left.`,
  );
}

async function show(level: string, options: CommonOptions): Promise<void> {
  const { api, console } = contextOf(options);
  const chain = await api.get<BudgetChain>(`/budgets/${encodeURIComponent(level)}`);
  console.answer(chain, () => budgetTable(chain.items));
}

function budgetTable(levels: readonly BudgetLevelView[]): string {
  const rows = levels.map((level) => [
    level.id,
    ...[level.limitMicroUsd, level.settledMicroUsd, level.reservedMicroUsd, level.unknownMicroUsd].map(formatUsd),
    formatUsd(level.overrunMicroUsd),
    formatUsd(Math.max(0, level.remainingMicroUsd)),
  ]);
  return table(['budget', 'limit', 'settled', 'reserved', 'unknown', 'overrun', 'left'], rows);
}
