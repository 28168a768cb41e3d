import { arrivalsOf } from './arrivals';
import { worstCaseOf, type Ground } from './ground';
import { perform } from './task';

export interface BudgetReport {
  callers: number;
  /** How many have room at once. */
  room: number;
  /** How many the provider's own book has. */
  admitted: number;
  /** What is booked or held beyond the limit. */
  overspendMicroUsd: number;
}

const CALLERS = 200;
const PROCESSES = 4;
const ROOM = 30;
/** As many tokens as an answer may have, so that what a call costs is what was held for it. */
const SAME = { prompt: 'the same question [[tokens: 20]]', isNumbered: false };

/** All of them at once want the same money. */
export async function measureBudget(ground: Ground): Promise<BudgetReport> {
  const runId = await ground.newRun(ROOM * (await worstCaseOf(ground, SAME)));
  const calls = CALLERS / PROCESSES;
  const tasks = Array.from({ length: PROCESSES }, (_, at) =>
    ground.task({ ...SAME, runId, calls, parallel: calls, first: at * calls }),
  );
  await Promise.all(tasks.map(perform));
  return {
    ...{ callers: CALLERS, room: ROOM },
    admitted: arrivalsOf(ground.arrivalLog, runId).length,
    overspendMicroUsd: await overspendOf(ground, runId),
  };
}

async function overspendOf({ pool }: Ground, runId: string): Promise<number> {
  const { rows } = await pool.query<{ over: number }>(
    `SELECT greatest(overrun_micro_usd, settled_micro_usd + reserved_micro_usd + unknown_micro_usd - limit_micro_usd, 0)::float8 AS over
     FROM budget WHERE id = $1`,
    [`run:${runId}`],
  );
  return rows[0]!.over;
}
