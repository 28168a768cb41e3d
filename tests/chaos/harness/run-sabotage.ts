import { cp, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { buildIn } from './build';
import { faultNamed } from './faults';
import { runChaos, type ChaosReport } from './run-chaos';

const ROOT = resolve(__dirname, '../../..');
/** What the programs read beside `dist`. */
const BESIDE = ['node_modules', 'migrations', 'prices', 'deploy', 'package.json'];

/** One place of a compiled file or a migration. */
interface Edit {
  file: string;
  find: string;
  put: string;
}

/** One defect, as edits of a build. The product itself holds none of this. */
export interface Sabotage {
  name: string;
  edits: Edit[];
  faults: string[];
}

const PAID_PATH = 'migrations/000002-paid-path.sql';

export const SABOTAGES: readonly Sabotage[] = [
  {
    name: 'what an answer cost reaches its budgets twice',
    edits: [
      {
        file: PAID_PATH,
        find: `over := book_spend(a, s."actualMicroUsd"`,
        put: `over := book_spend(a, 2 * s."actualMicroUsd"`,
      },
    ],
    faults: ['F1/llm'],
  },
  {
    name: 'an attempt is not marked as sent',
    edits: [{ file: 'dist/gateway/commits.js', find: 'ledger_1.reserveAndSend)(', put: 'ledger_1.reserve)(' }],
    faults: ['F1/llm'],
  },
  {
    name: 'a stored answer is not looked for',
    edits: [
      {
        file: 'dist/activities/llm/agent-call.js',
        find: 'node, callIndex),',
        put: `node, callIndex) + '~' + require('@temporalio/activity').Context.current().info.attempt,`,
      },
    ],
    faults: ['F2/llm'],
  },
  {
    name: 'the limiter forgets which operation it granted',
    edits: [
      {
        file: 'dist/adapters/redis/limiter.js',
        find: 'requests.flatMap(({ operation, tokens, microUsd }) => [operation, ',
        put: "requests.flatMap(({ operation, tokens, microUsd }) => [operation + '~' + performance.now(), ",
      },
    ],
    faults: ['F9'],
  },
  {
    // The CHECK goes, too: it would turn room that is sold twice into an error. Calls come one by one and take their
    // time, because those of one statement would see each other.
    name: 'room is looked for before it is locked',
    edits: [
      { file: PAID_PATH, find: 'PERFORM 1 FROM budget WHERE id = ANY (ids) ORDER BY id FOR NO KEY UPDATE;', put: '' },
      {
        file: PAID_PATH,
        find: `epoch := nextval('attempt_epoch');`,
        put: `PERFORM pg_sleep(0.1); epoch := nextval('attempt_epoch');`,
      },
      {
        file: 'migrations/000001-book-of-record.sql',
        find: 'CHECK (settled_micro_usd + reserved_micro_usd + unknown_micro_usd <= limit_micro_usd + overrun_micro_usd)',
        put: 'CHECK (true)',
      },
      { file: 'dist/gateway/commits.js', find: 'atOnce: AT_ONCE, size }', put: 'atOnce: 8, size: 1 }' },
    ],
    faults: ['F3'],
  },
];

/** @returns for each broken build the invariants that caught it; none is a hole in the net */
export async function runSabotage(
  seed: number,
  say: (line: string) => void,
): Promise<{ name: string; by: string[] }[]> {
  const caught = [];
  for (const sabotage of SABOTAGES) {
    say(`sabotage: ${sabotage.name}`);
    const by = await tryOut(sabotage, seed, say);
    say(by.length > 0 ? `caught by ${by.join(', ')}` : 'NOT CAUGHT');
    caught.push({ name: sabotage.name, by });
  }
  return caught;
}

async function tryOut(sabotage: Sabotage, seed: number, say: (line: string) => void): Promise<string[]> {
  const root = await mkdtemp(join(tmpdir(), 'longhaul-sabotage-'));
  try {
    await copyProduct(root);
    for (const edit of sabotage.edits) await apply(root, edit);
    const build = buildIn(root, sabotage.name);
    const report = await runChaos({
      seed,
      minutes: 0,
      faults: sabotage.faults.map(faultNamed),
      build,
      keepFailed: false,
      say,
    });
    return brokenOf(report);
  } finally {
    await rm(root, { recursive: true, force: true });
  }
}

async function copyProduct(root: string): Promise<void> {
  await cp(join(ROOT, 'dist'), join(root, 'dist'), { recursive: true });
  for (const name of BESIDE) {
    if (name === 'migrations') await cp(join(ROOT, name), join(root, name), { recursive: true });
    else await symlink(join(ROOT, name), join(root, name));
  }
}

/** @throws when the place is not there, or more than once: a sabotage that changes nothing would pass as caught by nobody. */
async function apply(root: string, { file, find, put }: Edit): Promise<void> {
  const path = join(root, file);
  const text = await readFile(path, 'utf8');
  const parts = text.split(find);
  if (parts.length !== 2)
    throw new Error(`${file} has ${parts.length - 1} places "${find}"; expected one. Adapt the sabotage.`);
  await writeFile(path, parts.join(put));
}

function brokenOf({ invariants }: ChaosReport): string[] {
  return Object.entries(invariants).flatMap(([name, said]) => (said === 'ok' ? [] : [name]));
}
