import { type Budget, type Db, getBudgets, setBudget, type Tx } from '../../adapters/postgres';
import { type BudgetLevelView, LEVELS, type SetBudget } from '../../contracts/api.schema';
import { present } from '../../domain/kernel/assert';
import { LonghaulError } from '../../domain/kernel/errors';
import { budgetId } from '../../domain/kernel/ids';
import { usdToMicro } from '../../domain/kernel/money';
import { limitTooLow } from './raise-budget';
import { budgetOf } from './run-views';

export function levelOf(budget: Budget): BudgetLevelView {
  const { id, parentId, runId } = budget;
  const level = present(
    LEVELS.find((name) => id.startsWith(`${name}:`)),
    `budget ${id} is of no level`,
  );
  return { id, level, parentId, runId, ...budgetOf(budget) };
}

/** Nobody should have to know the name of his tenant: `tenant` and `experiment:{id}` are his own. */
export function idOfLevel(tenant: string, asked: string): string {
  if (asked === 'tenant') return budgetId.tenant(tenant);
  const experiment = /^experiment:([\w.-]+)$/.exec(asked)?.[1];
  return experiment === undefined ? asked : budgetId.experiment(tenant, experiment);
}

/** The level and those above it, lowest first. @throws LonghaulError NotFound */
export async function budgetChain(db: Db, tenant: string, asked: string): Promise<BudgetLevelView[]> {
  const chain: Budget[] = [];
  for (let id: string | null = idOfLevel(tenant, asked); id !== null; id = chain.at(-1)?.parentId ?? null) {
    const [budget] = await getBudgets(db, tenant, [id]);
    if (budget === undefined) throw new LonghaulError('NotFound', { what: 'Budget', id: asked });
    chain.push(budget);
  }
  return chain.map(levelOf);
}

/**
 * The limit of the tenant or of one experiment, in the caller's transaction.
 *
 * @throws LonghaulError InvalidRequest for a limit that is lower than what is spent and held
 */
export async function setLevel(
  tx: Tx,
  tenant: string,
  { experiment, costBudgetUsd }: SetBudget,
): Promise<BudgetLevelView> {
  const id = experiment === undefined ? budgetId.tenant(tenant) : budgetId.experiment(tenant, experiment);
  const done = await setBudget(tx, { tenant, id, limitMicroUsd: usdToMicro(costBudgetUsd) });
  const [found] = await getBudgets(tx, tenant, [id]);
  const budget = present(found, `set_budget left no budget ${id}`);
  if (!done) throw limitTooLow(budget, 0);
  return levelOf(budget);
}
