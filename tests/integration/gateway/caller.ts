import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { GatewayCall, GatewayResult } from '../../../src/gateway';
import type { Limits } from '../../../src/domain/llm/limits';
import { jsonLines } from '../../support/json-lines';
import type { Stack } from './support';

const PROGRAM = join(__dirname, 'caller-program.cjs');

export interface CallerOptions {
  calls: Omit<GatewayCall, 'buildArtifacts'>[];
  limits: Limits;
  /** Processes with the same prefix share their limits. */
  prefix: string;
  leaseMs?: number;
  /** Calls under way at once. */
  parallel?: number;
  env?: Record<string, string>;
  /** Providers asked under one key per call. */
  idempotentProviders?: string;
  /** Instead of making the calls: they go with a batch, through these of its steps. */
  lane?: { steps: ('enqueue' | 'close' | 'submit' | 'collect')[]; workflowId: string; taskKeyPrefix: string };
}

export type Outcome = { callKey: string } & (GatewayResult | { code: string; message: string });

export interface Caller {
  child: ChildProcess;
  /** Ends with the process, however it ends. */
  done: Promise<{ outcomes: Outcome[]; signal: NodeJS.Signals | null; code: number | null }>;
}

/** A real process of its own that makes these calls through the built gateway. */
export function startCaller(
  stack: Stack,
  { calls, limits, prefix, leaseMs = 15_000, parallel = 1, env = {}, idempotentProviders = '', lane }: CallerOptions,
): Caller {
  const config = {
    databaseUrl: stack.database.url,
    redisUrl: stack.redisUrl,
    modelServerUrl: stack.server.url,
    prefix,
    limits,
    leaseMs,
    parallel,
    idempotentProviders,
    calls,
    lane,
  };
  const child = spawn(process.execPath, [PROGRAM, JSON.stringify(config)], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, ...env },
  });
  const killChild = () => child.kill('SIGKILL');
  process.once('exit', killChild);
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text));
  const done = once(child, 'close').then(([code, signal]: (number | NodeJS.Signals | null)[]) => {
    process.off('exit', killChild);
    const outcomes = jsonLines<Outcome>(output);
    return { outcomes, code: code as number | null, signal: signal as NodeJS.Signals | null };
  });
  return { child, done };
}
