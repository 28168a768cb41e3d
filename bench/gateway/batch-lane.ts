import type { CrashPoint } from '../../src/gateway/crash-point';
import { round } from '../figures';
import { runKilledProgram, runProgram } from '../program';
import { arrivalsOf } from './arrivals';
import type { Form } from './form';
import type { Ground } from './ground';
import { performAll, type Task } from './task';

export interface BatchLaneReport {
  /** Processes that were killed before or after their batch was submitted, or while its answers were booked. */
  kills: number;
  batches: number;
  /** Batches that the provider has under a name that it had before. */
  resubmissions: number;
  /** Calls that the provider's own book has more than once. */
  billedTwice: number;
  /** What the calls cost, to the same calls in single requests. */
  costRatio: number;
}

const PROGRAM = 'bench/gateway/lane-caller.ts';
const POINTS: readonly CrashPoint[] = ['before-batch', 'after-batch', 'after-settle'];
const CALLS = 100;

/** Each batch loses the process that tends it once, and is taken up by another. */
export async function measureBatchLane(ground: Ground, { isQuick }: Form): Promise<BatchLaneReport> {
  const points = Array.from({ length: isQuick ? 1 : 4 }, () => POINTS).flat();
  const calls = isQuick ? CALLS / 10 : CALLS;
  const runs: string[] = [];
  for (const point of points) {
    const runId = await ground.newRun();
    const task = JSON.stringify(ground.task({ runId, calls }));
    await runKilledProgram(PROGRAM, [task], { LONGHAUL_CRASH_POINT: point });
    await runProgram(PROGRAM, [task]);
    runs.push(runId);
  }
  const single = await ground.newRun();
  const task: Task = ground.task({ runId: single, calls, parallel: 10 });
  await performAll(task);
  const names = await submitted(task);
  const billed = runs.reduce((sum, runId) => sum + arrivalsOf(ground.arrivalLog, runId).length, 0);
  return {
    kills: points.length,
    batches: new Set(names).size,
    resubmissions: names.length - new Set(names).size,
    billedTwice: billed - runs.length * calls,
    costRatio: round((await costOf(ground, runs)) / (runs.length * (await costOf(ground, [single])))),
  };
}

/** The names of all batches that the provider has, by its own list. */
async function submitted({ modelServerUrl }: Task): Promise<string[]> {
  const names: string[] = [];
  for (let after = ''; ;) {
    const response = await fetch(`${modelServerUrl.replace(/\/v1$/, '')}/v1/batches?limit=100${after}`);
    const { data, has_more: more } = (await response.json()) as {
      data: { id: string; metadata: { longhaul_batch: string } }[];
      has_more: boolean;
    };
    names.push(...data.map(({ metadata }) => metadata.longhaul_batch));
    if (!more) return names;
    after = `&after=${data.at(-1)!.id}`;
  }
}

async function costOf({ pool }: Ground, runs: readonly string[]): Promise<number> {
  const { rows } = await pool.query<{ cost: number }>(
    'SELECT sum(settled_micro_usd)::float8 AS cost FROM budget WHERE id = ANY ($1)',
    [runs.map((runId) => `run:${runId}`)],
  );
  return rows[0]!.cost;
}
