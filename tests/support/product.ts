import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Pool } from 'pg';
import { startStack, type Stack, type StackOptions } from '../../src/adapters/embedded';
import { createPool } from '../../src/adapters/postgres';
import type { Attempt, ReconcileReport, RunAttempts, RunStarted, RunView } from '../../src/contracts/api.schema';
import { SEARCH_ATTRIBUTES } from '../../src/contracts/search-attributes';
import { isTerminalRunStatus } from '../../src/domain/agents/run-state';
import type { AcceptedLine, BookLine } from '../../src/model-server/book';
import { readJsonLines } from './json-lines';
import { until } from './until';

/** The whole product as `longhaul up` runs it, services and supervisor included, in a folder of its own: tests may kill any part. */
export interface Product {
  dir: string;
  stack: Stack;
  pool: Pool;
  api<T>(method: string, path: string, body?: object): Promise<T>;
  control(path: string, body: object): Promise<void>;
  start(definition: { name: string }): Promise<string>;
  run(runId: string): Promise<RunView>;
  ended(runId: string, withinMs?: number): Promise<RunView>;
  attempts(runId: string): Promise<Attempt[]>;
  /** What the model server says it accepted of a run. */
  accepted(runId: string): AcceptedLine[];
  reconcile(): Promise<ReconcileReport>;
  close(): Promise<void>;
}

export async function startProduct(
  workerEnv: Record<string, string> = {},
  options: Pick<StackOptions, 'standby' | 'onEvent'> = {},
): Promise<Product> {
  const dir = await mkdtemp(join(tmpdir(), 'longhaul-product-'));
  await chmod(dir, 0o755); // PostgreSQL's own user must reach its data below
  const stack = await startStack({
    ...options,
    dir,
    durable: false,
    searchAttributes: SEARCH_ATTRIBUTES,
    workerEnv: {
      LONGHAUL_REQUESTS_PER_MINUTE: '100000',
      LONGHAUL_REQUESTS_PER_HOUR: '0',
      LONGHAUL_REQUESTS_PER_DAY: '0',
      LONGHAUL_TOKENS_PER_MINUTE: '0',
      LONGHAUL_CONCURRENT_REQUESTS: '200',
      LONGHAUL_LOG_LEVEL: 'warn',
      ...workerEnv,
    },
  });
  const pool = createPool(stack.state.services.postgres!.url, { max: 3 });
  const api = async <T>(method: string, path: string, body?: object): Promise<T> => {
    const headers = { authorization: `Bearer ${stack.state.token}`, 'content-type': 'application/json' };
    const send = () =>
      fetch(`${stack.state.api!.url}${path}`, {
        method,
        headers,
        body: body && JSON.stringify(body),
        signal: AbortSignal.timeout(30_000),
      });
    // 503 says "ask again": a store that a test has killed is on its way back.
    const response = await until(send, ({ status }) => status !== 503);
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
    return (await response.json()) as T;
  };
  const book = () => readJsonLines<BookLine & { attemptKey: string | null }>(stack.state.services.modelServer!.logFile);
  const product: Product = {
    dir,
    stack,
    pool,
    api,
    control: async (path, body) => {
      const { origin } = new URL(stack.state.services.modelServer!.url);
      await fetch(`${origin}/control/${path}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      });
    },
    start: async (definition) => {
      await api('POST', '/graphs', definition);
      return (await api<RunStarted>('POST', '/runs', { graph: definition.name })).runId;
    },
    run: (runId) => api<RunView>('GET', `/runs/${runId}`),
    ended: (runId, withinMs = 90_000) =>
      until(
        () => product.run(runId),
        ({ status }) => isTerminalRunStatus(status),
        withinMs,
      ),
    attempts: async (runId) => (await api<RunAttempts>('GET', `/runs/${runId}/attempts?limit=200`)).items,
    accepted: (runId) =>
      book().filter(
        (line): line is AcceptedLine => line.kind === 'accepted' && line.attemptKey?.startsWith(`${runId}/`) === true,
      ),
    reconcile: () =>
      api<ReconcileReport>('POST', `/ledger/reconcile?provider=scripted&completeUntil=${new Date().toISOString()}`, {
        records: book().map(({ kind, attemptKey, ...line }) => ({
          kind,
          attemptKey,
          ...('inputTokens' in line ? { inputTokens: line.inputTokens, outputTokens: line.outputTokens } : {}),
        })),
      }),
    close: async () => {
      await pool.end();
      await stack.stop();
      await rm(dir, { recursive: true, force: true });
    },
  };
  return product;
}
