import { countInputTokens } from '../../src/adapters/llm';
import { worstCaseCost } from '../../src/domain/llm/pricing';
import { arrivalsOf } from './arrivals';
import { requestOf } from './call';
import type { Form } from './form';
import type { Ground } from './ground';
import { perform } from './task';
import { TIERS, type TieredCalls } from './tiers';

/** At one tier of the price. */
export interface TierReport {
  /** Where the tier begins, and what the calls' prompts had. */
  fromInputTokens: number;
  inputTokens: number;
  /** How many the provider's own book has. */
  admitted: number;
  /** What is booked or held beyond the limit. */
  overspendMicroUsd: number;
}

export interface BudgetReport {
  /** At each tier. */
  callers: number;
  /** How many have room at once. */
  room: number;
  /** At the tier with the most. */
  admitted: number;
  /** Of all tiers. */
  overspendMicroUsd: number;
  tiers: TierReport[];
}

const ROOM = 30;

/** All of them at once want the same money; once for each tier of a price. */
export async function measureBudget(ground: Ground, form: Form): Promise<BudgetReport> {
  const tiers: TierReport[] = [];
  for (const tier of TIERS) tiers.push(await measureTier(ground, tier, form));
  return {
    ...{ callers: form.callers, room: ROOM },
    admitted: Math.max(...tiers.map(({ admitted }) => admitted)),
    overspendMicroUsd: tiers.reduce((total, { overspendMicroUsd }) => total + overspendMicroUsd, 0),
    tiers,
  };
}

async function measureTier(
  ground: Ground,
  { fromInputTokens, calls: same }: (typeof TIERS)[number],
  { callers, processes }: Form,
): Promise<TierReport> {
  const runId = await ground.newRun(ROOM * (await worstCaseOf(same)));
  const calls = callers / processes;
  const tasks = Array.from({ length: processes }, (_, at) =>
    ground.task({ ...same, runId, calls, parallel: calls, first: at * calls }),
  );
  await Promise.all(tasks.map(perform));
  const arrivals = arrivalsOf(ground.arrivalLog, runId);
  return {
    ...{ fromInputTokens, inputTokens: arrivals[0]?.inputTokens ?? 0 },
    admitted: arrivals.length,
    overspendMicroUsd: await overspendOf(ground, runId),
  };
}

/** By the price alone, without asking who is measured. */
async function worstCaseOf(same: TieredCalls): Promise<number> {
  const request = requestOf(same, 0);
  return worstCaseCost(same.price, await countInputTokens(request), request.maxTokens);
}

async function overspendOf({ pool }: Ground, runId: string): Promise<number> {
  const { rows } = await pool.query<{ over: number }>(
    `SELECT greatest(overrun_micro_usd, settled_micro_usd + reserved_micro_usd + unknown_micro_usd - limit_micro_usd, 0)::float8 AS over
     FROM budget WHERE id = $1`,
    [`run:${runId}`],
  );
  return rows[0]!.over;
}
