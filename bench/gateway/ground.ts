import { randomBytes, randomUUID } from 'node:crypto';
import type { Stack } from '../../src/adapters/embedded';
import { createPool, type Pool } from '../../src/adapters/postgres';
import { migrate } from '../../src/adapters/postgres/migrate';
import { createRun } from '../../src/adapters/postgres/runs';
import { withTransaction } from '../../src/adapters/postgres/transaction';
import { uuidV7 } from '../../src/domain/kernel/ids';
import type { Limits } from '../../src/domain/llm/limits';
import type { Task } from './task';

export const TENANT = 'bench';
export const NODE = 'a';
const DATABASE = 'bench_gateway';
const PLENTY_MICRO_USD = 1_000_000_000;

/** Limits that never bind, with the windows that a worker has by default. */
export const UNLIMITED: Limits = {
  windows: [
    { name: 'requests/min', windowMs: 60_000, limit: 1_000_000_000 },
    { name: 'tokens/min', windowMs: 60_000, limit: 1_000_000_000_000, of: 'tokens' },
  ],
  concurrent: 1_000_000,
};

/** Where the calls of this benchmark are made: the stack's services, and a database that its workers do not touch. */
export class Ground {
  private constructor(
    readonly stack: Stack,
    readonly databaseUrl: string,
    readonly pool: Pool,
  ) {}

  static async open(stack: Stack): Promise<Ground> {
    const { url } = stack.state.services.postgres!;
    const admin = createPool(url, { max: 1 });
    await admin.query(`CREATE DATABASE ${DATABASE}`);
    await admin.end();
    const own = new URL(url);
    own.pathname = `/${DATABASE}`;
    await migrate(own.href);
    return new Ground(stack, own.href, createPool(own.href, { max: 2 }));
  }

  get redisUrl(): string {
    return this.stack.state.services.redis!.url;
  }

  get arrivalLog(): string {
    return this.stack.state.services.modelServer!.logFile;
  }

  async newRun(limitMicroUsd = PLENTY_MICRO_USD): Promise<string> {
    const runId = uuidV7(Date.now(), randomBytes(10));
    await withTransaction(this.pool, (tx) =>
      createRun(tx, {
        ...{ tenant: TENANT, runId, kind: 'agent-run', name: 'bench', graphId: null, parameters: {} },
        ...{ workflowId: `agent-run/${TENANT}/bench/${runId}`, costLimitMicroUsd: limitMicroUsd },
        nodes: [{ name: NODE, costLimitMicroUsd: limitMicroUsd }],
      }),
    );
    return runId;
  }

  /** A task with everything it does not name: the gateway in batches of 20, calls one after the other, no limit. */
  task(named: Pick<Task, 'runId' | 'calls'> & Partial<Task>): Task {
    return {
      ...{ side: 'gateway', databaseUrl: this.databaseUrl, redisUrl: this.redisUrl },
      ...{ modelServerUrl: this.stack.state.services.modelServer!.url, prefix: `bench-${randomUUID()}` },
      ...{ limits: UNLIMITED, batchSize: 20, first: 0, warmUp: 0, parallel: 1 },
      ...{ prompt: '[[tokens: 20]]', isNumbered: true },
      ...named,
    };
  }

  /** Transactions that ended in the database while this was done, by its own count; connections report when they close. */
  async transactionsOf(work: () => Promise<unknown>): Promise<number> {
    const before = await this.transactions();
    await work();
    return (await this.transactions()) - before;
  }

  async close(): Promise<void> {
    await this.pool.end();
  }

  private async transactions(): Promise<number> {
    const { rows } = await this.pool.query<{ count: number }>(
      'SELECT xact_commit::float8 AS count FROM pg_stat_database WHERE datname = $1',
      [DATABASE],
    );
    return rows[0]!.count;
  }
}
