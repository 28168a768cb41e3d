import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startStack, type Stack, type StackEvent } from '../src/adapters/embedded';
import { SEARCH_ATTRIBUTES } from '../src/contracts/search-attributes';

/** Limits that never bind: what is measured is the way of a call, not a queue. */
const WORKER_ENV = {
  LONGHAUL_REQUESTS_PER_MINUTE: '1000000',
  LONGHAUL_REQUESTS_PER_HOUR: '0',
  LONGHAUL_REQUESTS_PER_DAY: '0',
  LONGHAUL_TOKENS_PER_MINUTE: '0',
  LONGHAUL_CONCURRENT_REQUESTS: '200',
  LONGHAUL_LOG_LEVEL: 'warn',
};

/**
 * Runs `work` beside a whole stack of its own: embedded services, one process per role, data as durable as in use. Services
 * that the user's environment names are not touched. Folder and processes are gone afterwards; a failure keeps the logs.
 */
export async function withStack<T>(say: (line: string) => void, work: (stack: Stack) => Promise<T>): Promise<T> {
  const dir = await mkdtemp(join(tmpdir(), 'longhaul-bench-'));
  await chmod(dir, 0o755); // PostgreSQL's own user must reach its data below
  const giveUp = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.once(signal, () => giveUp.abort(new Error(`ended by ${signal}`)));
  const options = {
    dir,
    searchAttributes: SEARCH_ATTRIBUTES,
    workerEnv: WORKER_ENV,
    onEvent: tell(say),
    signal: giveUp.signal,
  };
  const stack = await startStack(options);
  const aborted = new Promise<never>((_, reject) =>
    giveUp.signal.addEventListener('abort', () => reject(giveUp.signal.reason as Error)),
  );
  try {
    const result = await Promise.race([work(stack), aborted]);
    await stack.stop();
    await rm(dir, { recursive: true, force: true });
    return result;
  } catch (error) {
    await stack.stop();
    say(`The logs are in ${join(dir, '.longhaul', 'logs')}.`);
    throw error;
  }
}

function tell(say: (line: string) => void): (event: StackEvent) => void {
  return (event) => {
    if (event.type === 'rung' && event.taken) say(`${event.service}: ${event.rung}, ${event.detail}`);
    if (event.type === 'progress') say(`${event.service}: ${event.text}`);
    if (event.type === 'died')
      say(`${event.name} died and is restarted; unless it was killed on purpose, the figures are worth nothing`);
  };
}
