import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { createPool, type Pool } from '../../../src/adapters/postgres/connection';
import { listAttempts } from '../../../src/adapters/postgres/attempts';
import { reconcile, revokeLeases } from '../../../src/adapters/postgres/ledger';
import { freshDatabase, type FreshDatabase } from '../../support/database';
import { budget, call, newId, sums, TENANT, violations } from '../../support/ledger';

const COST = 60;
const ESTIMATE = 100;

let database: FreshDatabase;
let pool: Pool;
let provider: Server;
/** The provider's own log: attempt keys of the requests it accepted and billed, in order. */
let book: string[];
/** While set, an accepted request gets no answer, and the test is told. */
let onAccepted: (() => void) | undefined;

beforeAll(async () => {
  database = await freshDatabase();
  pool = createPool(database.url, { max: 4 });
  provider = createServer((request, response) => {
    request.resume().on('end', () => {
      book.push(String(request.headers['x-attempt-key']));
      if (onAccepted) return onAccepted();
      response.end(JSON.stringify({ costMicroUsd: COST, artifactRef: newId() }));
    });
  }).listen(0, '127.0.0.1');
  await once(provider, 'listening');
});

beforeEach(() => {
  book = [];
  onAccepted = undefined;
});

afterAll(async () => {
  provider.closeAllConnections();
  provider.close();
  await pool.end();
  await database.drop();
});

function start(room: string, owner: string, crashAt?: string): ChildProcess {
  const paying = {
    url: database.url,
    providerUrl: `http://127.0.0.1:${(provider.address() as AddressInfo).port}/`,
    owner,
    crashAt,
    call: call(`${room}/call`, [room], ESTIMATE),
  };
  return spawn(process.execPath, [join(__dirname, '../../support/paying-process.cjs')], {
    env: { PATH: process.env.PATH, PAYING: JSON.stringify(paying) },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
}

async function lineStartingWith(child: ChildProcess, prefix: string): Promise<string> {
  for await (const line of createInterface(child.stdout!))
    if (line.startsWith(prefix)) return line.slice(prefix.length);
  throw new Error(`the paying process ended before it said ${prefix}`);
}

async function kill(child: ChildProcess): Promise<void> {
  const exit = once(child, 'exit');
  child.kill('SIGKILL');
  expect(await exit).toEqual([null, 'SIGKILL']);
}

async function crash(room: string, at: string): Promise<void> {
  const accepted = new Promise<void>((resolve) => (onAccepted = at === 'accepted' ? resolve : undefined));
  const child = start(room, 'worker-killed', at);
  await (at === 'accepted' ? accepted : lineStartingWith(child, 'AT '));
  onAccepted = undefined;
  await kill(child);
}

/** As the supervisor does: the process is certainly gone, so its leases end now. */
async function retry(room: string): Promise<{ answer: string; n: number }> {
  await revokeLeases(pool, ['worker-killed']);
  const child = start(room, 'worker-next');
  const done = JSON.parse(await lineStartingWith(child, 'DONE ')) as { answer: string; n: number };
  return { answer: done.answer, n: done.n };
}

async function attempts(room: string): Promise<string[]> {
  const rows = await listAttempts(pool, { tenant: TENANT, limit: 1_000 });
  return rows.filter(({ callKey }) => callKey === `${room}/call`).map(({ n, state }) => `#${n} ${state}`);
}

/** What the provider's log says of the attempts that the crash left unknown. */
async function reconcileWithBook(room: string): Promise<void> {
  const unknown = (await listAttempts(pool, { tenant: TENANT, states: ['unknown'], limit: 1_000 })).filter(
    ({ callKey }) => callKey === `${room}/call`,
  );
  const items = unknown.map(({ callKey, n, attemptKey }) =>
    book.includes(attemptKey)
      ? { callKey, n, billed: true as const, actualMicroUsd: COST }
      : { callKey, n, billed: false as const },
  );
  await reconcile(pool, TENANT, items);
}

interface Case {
  killed: string;
  left: string[];
  /** Attempts that the provider billed before the kill, and because of the retry. */
  billed: [before: number, after: number];
  retried: { answer: string; n: number };
  afterRetry: string[];
  end: string[];
}

const PAID = (n: number) => ({ answer: 'paid', n });
const CASES: Record<string, Case> = {
  'before reserve commits': {
    killed: 'before-reserve-commit',
    left: [],
    billed: [0, 1],
    retried: PAID(1),
    afterRetry: ['#1 settled'],
    end: ['#1 settled'],
  },
  // Never sent is proved by the state, so the retry takes the same n: the provider's log has no gap to explain.
  'after reserve, before sent': {
    killed: 'reserved',
    left: ['#1 reserved'],
    billed: [0, 1],
    retried: PAID(1),
    afterRetry: ['#1 settled'],
    end: ['#1 settled'],
  },
  'after sent, provider not reached': {
    killed: 'sent',
    left: ['#1 sent'],
    billed: [0, 1],
    retried: PAID(2),
    afterRetry: ['#1 unknown', '#2 settled'],
    end: ['#1 void', '#2 settled'],
  },
  'provider accepted, no answer yet': {
    killed: 'accepted',
    left: ['#1 sent'],
    billed: [1, 1],
    retried: PAID(2),
    afterRetry: ['#1 unknown', '#2 settled'],
    end: ['#1 settled', '#2 settled'],
  },
  'answer read, not stored': {
    killed: 'answered',
    left: ['#1 sent'],
    billed: [1, 1],
    retried: PAID(2),
    afterRetry: ['#1 unknown', '#2 settled'],
    end: ['#1 settled', '#2 settled'],
  },
  'settle sent, not committed': {
    killed: 'before-settle-commit',
    left: ['#1 sent'],
    billed: [1, 1],
    retried: PAID(2),
    afterRetry: ['#1 unknown', '#2 settled'],
    end: ['#1 settled', '#2 settled'],
  },
  'settle committed, answer not returned': {
    killed: 'settled',
    left: ['#1 settled'],
    billed: [1, 0],
    retried: { answer: 'stored', n: 1 },
    afterRetry: ['#1 settled'],
    end: ['#1 settled'],
  },
};

describe('a paying process is killed', () => {
  it.each(Object.entries(CASES))('%s', async (name, { killed, left, billed, retried, afterRetry, end }) => {
    const room = await budget(pool, `run:${name}`, 1_000);
    await crash(room, killed);
    expect(await attempts(room)).toEqual(left);
    expect(book).toHaveLength(billed[0]);

    expect(await retry(room)).toEqual(retried);
    expect(book).toHaveLength(billed[0] + billed[1]);
    expect(await attempts(room)).toEqual(afterRetry);
    const before = await sums(pool, room);
    const spent = book.length * COST;
    expect(before.settled).toBeLessThanOrEqual(spent);
    expect(spent).toBeLessThanOrEqual(before.settled + before.unknown);

    await reconcileWithBook(room);
    expect(await attempts(room)).toEqual(end);
    expect(await sums(pool, room)).toMatchObject({ settled: spent, unknown: 0, reserved: 0, overrun: 0 });
    expect(await violations(pool)).toEqual([]);
  });
});
