import { setTimeout as delay } from 'node:timers/promises';
import type { Limits } from '../../src/domain/llm/limits';
import { round } from '../figures';
import { arrivalsOf, arrivedWithin, fullestWindow } from './arrivals';
import type { Form } from './form';
import type { Ground } from './ground';
import { perform } from './task';

export interface LimiterReport {
  /** Arrivals after which a window held more than is allowed, over all windows. */
  violations: number;
  /** Of the window that binds: granted ÷ allowed. */
  utilisation: number;
  granted: number;
  allowed: number;
  /** Which window binds. */
  binds: string;
  /** Per window the fullest one that there was. */
  most: Record<string, { limit: number; most: number }>;
}

/** Callers that wait at any time, over all processes: a backlog that never ends. */
const BACKLOG = 60;
/** Until the last process has begun. */
const MARGIN_MS = 4_000;

/** Windows of 1 s and of a minute; of 8 s instead of the minute when quick. Tokens come close to their limit as well. */
function limitsOf(quick: boolean): Limits {
  const windowMs = quick ? 8_000 : 60_000;
  const limit = quick ? 40 : 1_200;
  return {
    windows: [
      { name: 'requests/s', windowMs: 1_000, limit: quick ? 15 : 40 },
      { name: `requests/${windowMs / 1000} s`, windowMs, limit },
      { name: `tokens/${windowMs / 1000} s`, windowMs, limit: limit * 40, of: 'tokens' },
    ],
    concurrent: 1_000,
  };
}

/** Processes share the limits; the provider's own book of arrivals says whether they kept them. */
export async function measureLimiter(
  ground: Ground,
  processes: number,
  { isQuick, windows }: Form,
  { restart }: { restart: boolean },
): Promise<LimiterReport> {
  const limits = limitsOf(isQuick);
  const forMs = windows * Math.max(...limits.windows.map(({ windowMs }) => windowMs));
  const runId = await ground.newRun();
  const { prefix } = ground.task({ runId, calls: 0 });
  const calls = 5 * windows * limits.windows[1]!.limit;
  const tasks = Array.from({ length: processes }, (_, at) =>
    ground.task({
      ...{ runId, prefix, limits, calls, first: at * calls },
      ...{ parallel: BACKLOG / processes, forMs: forMs + MARGIN_MS },
    }),
  );
  await Promise.all([...tasks.map(perform), restart ? restartRedis(ground, forMs / 2) : undefined]);
  return reportOf(arrivalsOf(ground.arrivalLog, runId), limits, forMs);
}

async function restartRedis({ stack }: Ground, afterMs: number): Promise<void> {
  await delay(afterMs);
  stack.kill('redis', 'SIGKILL');
}

function reportOf(arrivals: ReturnType<typeof arrivalsOf>, { windows }: Limits, forMs: number): LimiterReport {
  const used = windows
    .map((window) => ({
      ...{ window, ...fullestWindow(arrivals, window) },
      granted: arrivedWithin(arrivals, forMs, window),
      allowed: (window.limit * forMs) / window.windowMs,
    }))
    .sort((one, other) => other.granted / other.allowed - one.granted / one.allowed);
  const { window, granted, allowed } = used[0]!;
  return {
    violations: used.reduce((total, { violations }) => total + violations, 0),
    ...{ utilisation: round(granted / allowed, 3), granted, allowed, binds: window.name },
    most: Object.fromEntries(used.map(({ window: { name, limit }, most }) => [name, { limit, most }])),
  };
}
