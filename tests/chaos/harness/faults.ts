// eslint-disable-next-line no-restricted-syntax -- how long a fault lasts is the fault; nothing is waited for by it
import { setTimeout as sleep } from 'node:timers/promises';
import type { SeededRandom } from '../../../src/model-server/seeded-random';
import { until } from '../../support/until';
import type { LinkMode } from './fault-link';
import type { World } from './world';

export interface Fault {
  /** As in the fault matrix of the reliability guide. */
  name: string;
  what: string;
  /** Whether a request that the provider accepted may be lost by it, and be sent again. */
  losesCalls: boolean;
  /** Whom it may hit, where there is a choice; `F1/llm` names one. */
  victims?: readonly string[];
  /** Breaks and mends. @returns whether it met anything: a fault that nothing felt proves nothing */
  strike(world: World, random: SeededRandom, victim: string): Promise<boolean>;
}

/** Longer than the heartbeat timeout of paid calls (3 s), so that the server gives the attempt up. */
const STALL_MS = 4_500;
const FREEZE_MS = 1_500;
const CUT_MS = 600;

const MOSTLY_LLM = ['llm', 'llm', 'workflows', 'simulations', 'io'];

export const FAULTS: readonly Fault[] = [
  {
    name: 'F1',
    what: 'SIGKILL of a worker',
    losesCalls: true,
    victims: MOSTLY_LLM,
    strike: (world, _random, victim) => kill(world, `worker-${victim}`, 'SIGKILL'),
  },
  {
    name: 'F2',
    what: 'SIGSTOP of a worker for longer than a heartbeat timeout, then SIGCONT',
    losesCalls: true,
    victims: MOSTLY_LLM,
    strike: (world, _random, victim) => stall(world, `worker-${victim}`),
  },
  { name: 'F3', what: 'SIGKILL of the API', losesCalls: false, strike: (world) => kill(world, 'api', 'SIGKILL') },
  { name: 'F5', what: 'SIGKILL of Temporal', losesCalls: true, strike: (world) => kill(world, 'temporal', 'SIGKILL') },
  { name: 'F6', what: 'SIGKILL of Redis', losesCalls: false, strike: (world) => kill(world, 'redis', 'SIGKILL') },
  {
    name: 'F9',
    what: 'replies of Redis lost',
    losesCalls: false,
    strike: (world) => onLink(world, 'redis', { kind: 'lose-replies' }, CUT_MS),
  },
  {
    name: 'F10',
    what: 'Redis half open',
    losesCalls: false,
    strike: (world) => onLink(world, 'redis', { kind: 'freeze' }, FREEZE_MS),
  },
  {
    name: 'F12',
    what: 'PostgreSQL killed or restarted (fast or immediate), or all its connections terminated',
    losesCalls: true,
    strike: (world, random) => {
      const how = random.pick(['SIGINT', 'SIGQUIT', 'SIGKILL', 'terminate'] as const);
      return how === 'terminate' ? terminate(world) : kill(world, 'postgres', how);
    },
  },
  {
    name: 'F13',
    what: 'replies of PostgreSQL lost, commits included',
    losesCalls: true,
    strike: (world) => onLink(world, 'postgres', { kind: 'lose-replies' }, CUT_MS),
  },
  {
    name: 'F14',
    what: 'PostgreSQL half open, or slow',
    losesCalls: true,
    strike: (world, random) =>
      onLink(world, 'postgres', random.pick<LinkMode>([{ kind: 'freeze' }, { kind: 'delay', ms: 100 }]), FREEZE_MS),
  },
  {
    name: 'F16',
    what: 'answers of the model cut off',
    losesCalls: true,
    strike: (world, random) => onLink(world, 'modelServer', { kind: random.pick(['lose-replies', 'cut']) }, CUT_MS),
  },
  {
    name: 'F28',
    what: 'SIGTERM of a worker, as in a deploy',
    losesCalls: false,
    victims: ['llm', 'workflows', 'simulations', 'io'],
    strike: (world, _random, victim) => kill(world, `worker-${victim}`, 'SIGTERM'),
  },
];

/** Each process that a simulation needs, and whether a request that was paid for may be lost with it. */
export const SIMULATION_KILLS: readonly Fault[] = Object.entries({
  'worker-simulations': false,
  'worker-io': false,
  'worker-llm': true,
  temporal: true,
  postgres: true,
  redis: false,
}).map(([name, losesCalls]) => ({
  ...{ name, what: 'SIGKILL', losesCalls },
  strike: (world) => kill(world, name, 'SIGKILL'),
}));

/** Whoever holds something, the books too. */
const ANYBODY = ['worker-llm', 'worker-workflows', 'worker-io', 'api', 'temporal', 'redis', 'postgres'];
const KILLS = 3;
/** Answers between two kills, of a graph of a thousand. */
const ANSWERS_APART = 200;

/** Three processes, one after the other, each well after the one before is back. */
export const THREE_KILLS: Fault = {
  name: 'kills',
  what: `SIGKILL of ${KILLS} processes, whichever, in the course of one run`,
  losesCalls: true,
  strike: async (world, random) => {
    for (let count = 0; count < KILLS; count += 1) {
      const before = answers(world);
      await until(
        () => answers(world),
        (now) => now >= before + ANSWERS_APART,
        300_000,
        'the run to go on',
      );
      await kill(world, random.pick(ANYBODY), 'SIGKILL');
    }
    return true;
  },
};

function answers({ client }: World): number {
  return client.book().filter(({ kind }) => kind === 'completed').length;
}

/** `F1`, or `F1/llm` for one victim. @throws naming what is known */
export function faultNamed(text: string): Fault {
  const [name, victim] = text.split('/');
  const fault = FAULTS.find((candidate) => candidate.name === name);
  if (!fault || (victim !== undefined && !fault.victims?.includes(victim)))
    throw new Error(`--faults names ${text}; known: ${FAULTS.map(known).join(', ')}.`);
  return victim === undefined ? fault : { ...fault, name: text, victims: [victim] };
}

function known({ name, victims }: Fault): string {
  return victims ? `${name} (or ${[...new Set(victims)].map((victim) => `${name}/${victim}`).join(', ')})` : name;
}

/** Ends when the program serves again. */
async function kill({ stack }: World, name: string, signal: NodeJS.Signals): Promise<boolean> {
  const back = new Promise<boolean>((resolve) => {
    const off = stack.on((event) => {
      if (event.type !== 'ready' || event.name !== name) return;
      off();
      resolve(true);
    });
  });
  stack.kill(name, signal);
  return await back;
}

async function stall({ stack }: World, name: string): Promise<boolean> {
  stack.kill(name, 'SIGSTOP');
  await sleep(STALL_MS);
  stack.kill(name, 'SIGCONT');
  return true;
}

async function onLink(world: World, name: keyof World['links'], mode: LinkMode, ms: number): Promise<boolean> {
  const link = world.links[name];
  link.break(mode);
  try {
    await sleep(ms);
    await until(
      () => link.hits,
      (hits) => hits > 0,
      5_000,
      `traffic on the link to ${name}`,
    ).catch(() => undefined);
    return link.hits > 0;
  } finally {
    link.mend();
  }
}

async function terminate({ pool }: World): Promise<boolean> {
  const { rowCount } = await pool.query(
    `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name LIKE 'longhaul-%'`,
  );
  return rowCount! > 0;
}
