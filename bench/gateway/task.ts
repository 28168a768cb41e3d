import type { Limits } from '../../src/domain/llm/limits';
import type { Price } from '../../src/domain/llm/pricing';
import { runProgram } from '../program';

/** What one process of callers is to do. */
export interface Task {
  /** `bare`: the provider's client alone, without ledger, limiter and batches. */
  side: 'gateway' | 'bare';
  databaseUrl: string;
  redisUrl: string;
  modelServerUrl: string;
  /** Processes with the same prefix share their limits. */
  prefix: string;
  limits: Limits;
  batchSize: number;
  runId: string;
  /** Index of its first call; no two processes of a run make the same one. */
  first: number;
  calls: number;
  /** Calls before the measured ones: the first of a process load code and compile it. */
  warmUp: number;
  /** Calls under way at once. */
  parallel: number;
  /** Beside what makes each prompt another one; absent where all are to cost the same. */
  prompt: string;
  isNumbered: boolean;
  /** Instead of the one of the price file. */
  price?: Price;
  /** After so many ms calls that still wait are given up; absent: none is. */
  forMs?: number;
}

/** What it saw, of the measured calls. */
export interface TaskReport {
  completed: number;
  /** By error code. */
  failures: Record<string, number>;
  ms: number;
  /** Of the whole process, while the measured calls were made. */
  cpuMs: number;
  p50Ms: number;
}

/** Makes the calls in a process of its own. */
export async function perform(task: Task): Promise<TaskReport> {
  return JSON.parse(await runProgram('bench/gateway/caller.ts', [JSON.stringify(task)])) as TaskReport;
}

/** @throws Error when not all calls were answered, so that no refused call passes for a fast one */
export async function performAll(task: Task): Promise<TaskReport> {
  const report = await perform(task);
  if (report.completed === task.calls) return report;
  throw new Error(`${report.completed} of ${task.calls} calls were answered: ${JSON.stringify(report.failures)}`);
}
