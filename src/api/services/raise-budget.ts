import { type Budget, getBudgets, raiseBudget, type Tx } from '../../adapters/postgres';
import type { BudgetRaised, RaiseBudget } from '../../contracts/api.schema';
import { isTerminalRunStatus } from '../../domain/agents/run-state';
import { LonghaulError } from '../../domain/kernel/errors';
import { budgetId } from '../../domain/kernel/ids';
import { formatUsd, type MicroUsd, usdToMicro } from '../../domain/kernel/money';
import type { ApiDeps } from '../deps';
import { invalidRequest } from '../http/validate';
import { requireRun } from './require-run';
import { budgetOf } from './run-views';

/** @throws LonghaulError NotFound for the run, WrongState when it is over */
export async function requireOpenRun({ pool }: ApiDeps, tenant: string, runId: string): Promise<void> {
  const { status } = await requireRun(pool, tenant, runId);
  if (!isTerminalRunStatus(status)) return;
  const params = { what: 'Run', id: runId, state: status, action: 'raise the budget', expected: 'a run that is open' };
  throw new LonghaulError('WrongState', params);
}

/**
 * A higher limit for the run or one of its agents, in the caller's transaction. Calls that wait for room find it by
 * themselves; what was refused before stays refused.
 *
 * @throws LonghaulError NotFound for the agent, InvalidRequest for a limit that is lower than the present one
 */
export async function raiseRunBudget(
  tx: Tx,
  tenant: string,
  runId: string,
  { costBudgetUsd, agent }: RaiseBudget,
): Promise<BudgetRaised> {
  const id = agent === undefined ? budgetId.run(runId) : budgetId.agent(runId, agent);
  const raised = await raiseBudget(tx, { tenant, runId, id, node: agent, limitMicroUsd: usdToMicro(costBudgetUsd) });
  const [budget] = await getBudgets(tx, tenant, [id]);
  if (budget === undefined) throw new LonghaulError('NotFound', { what: 'Agent', id: agent ?? runId });
  if (!raised) throw limitTooLow(budget, budget.limitMicroUsd);
  return { runId, agent: agent ?? null, budget: budgetOf(budget) };
}

/** @param leastMicroUsd what the limit must not fall below, whatever is held */
export function limitTooLow(
  { limitMicroUsd, settledMicroUsd, reservedMicroUsd, unknownMicroUsd }: Budget,
  leastMicroUsd: MicroUsd,
): LonghaulError {
  const held = settledMicroUsd + reservedMicroUsd + unknownMicroUsd;
  const least = formatUsd(Math.max(leastMicroUsd, held));
  return invalidRequest('Body', [
    {
      path: 'costBudgetUsd',
      message: `Expected at least ${least}: the limit is ${formatUsd(limitMicroUsd)}, and ${formatUsd(held)} of it are spent or held.`,
    },
  ]);
}
