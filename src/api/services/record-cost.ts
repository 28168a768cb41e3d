import { bookCost, getBudgets, getRunNodes, type Pool } from '../../adapters/postgres';
import type { CostRecorded, RecordCost } from '../../contracts/api.schema';
import { LonghaulError } from '../../domain/kernel/errors';
import { hashJson } from '../../domain/kernel/hash';
import { budgetId } from '../../domain/kernel/ids';
import { isEstimated } from '../../domain/llm/per-thousand-price';
import { priceVersionOf } from '../../domain/llm/price-version';
import { costOf, type Price } from '../../domain/llm/pricing';
import type { RequestContext } from '../route';
import { requireRun } from './require-run';

/** Of a cost whose amount was given: no rate was used. */
const GIVEN: Price = {
  source: 'given',
  tiers: [{ fromInputTokens: 0, input: 0, cachedInput: 0, cacheWriteInput: 0, output: 0 }],
};

/**
 * Books what a program spent without the gateway. The money is gone, so no budget refuses it; what does not fit is an overrun.
 *
 * @throws LonghaulError NotFound for the run, agent or experiment, UnknownPrice, IdempotencyKeyReused
 */
export async function recordCost({ deps, tenant, log }: RequestContext, body: RecordCost): Promise<CostRecorded> {
  const { key, model, inputTokens, outputTokens, cachedInputTokens, runId, agent, metadata } = body;
  const price = body.costMicroUsd === undefined ? deps.prices.priceOf(model) : GIVEN;
  const priceVersion = priceVersionOf(price);
  const booked = await bookCost(deps.pool, {
    ...{ callKey: `recorded/${tenant}/${key}`, tenant, runId: runId ?? null, node: agent ?? null },
    ...{
      budgets: [await payer(deps.pool, tenant, body), budgetId.tenant(tenant)],
      provider: 'recorded',
      model,
      priceVersion,
    },
    ...{ fingerprint: hashJson(body), inputTokens, outputTokens, metadata: metadata ?? null },
    costMicroUsd: body.costMicroUsd ?? costOf(price, { inputTokens, outputTokens, cachedInputTokens }),
  });
  if (booked.answer === 'other') throw new LonghaulError('IdempotencyKeyReused', { key });
  const { costMicroUsd, overMicroUsd } = booked;
  if (booked.answer === 'booked' && overMicroUsd > 0)
    log.error({ key, runId, overMicroUsd }, 'a recorded cost is more than its budgets had left');
  return { key, costMicroUsd, overMicroUsd, estimated: isEstimated(priceVersion) };
}

/** The lowest level that pays. The tenant's is named beside it: a run that was over when it was made is not below it. */
async function payer(pool: Pool, tenant: string, { runId, agent, experiment }: RecordCost): Promise<string> {
  if (runId !== undefined) {
    await requireRun(pool, tenant, runId);
    if (agent === undefined) return budgetId.run(runId);
    const known = (await getRunNodes(pool, tenant, runId)).some(({ name }) => name === agent);
    if (!known) throw new LonghaulError('NotFound', { what: 'Agent', id: agent });
    return budgetId.agent(runId, agent);
  }
  if (experiment === undefined) return budgetId.tenant(tenant);
  const id = budgetId.experiment(tenant, experiment);
  if ((await getBudgets(pool, tenant, [id])).length === 0)
    throw new LonghaulError('NotFound', { what: 'Budget of experiment', id: experiment });
  return id;
}
