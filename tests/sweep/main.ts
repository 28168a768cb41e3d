import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { availableParallelism } from 'node:os';
import { resolve } from 'node:path';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import type { SweptSeed } from './play-seed';

const USAGE = `npm run sweep -- [--seeds N] [--ticks N] [--from SEED] [--processes N] [--json]

  --seeds N      how many (1000)
  --ticks N      of each market (60)
  --from SEED    the first one (0)
  --processes N  at once (one per core)
  --json         the verdict as one JSON line`;

const LAUNCHER = resolve(__dirname, '../../scripts/lib/run-typescript.cjs');
const BOUNDS = { seeds: [1, 1_000_000], ticks: [1, 10_000], from: [0, 2 ** 32], processes: [1, 64] } as const;
const REPORTS = 20;

type Bounded = keyof typeof BOUNDS;

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      seeds: { type: 'string', default: '1000' },
      ticks: { type: 'string', default: '60' },
      from: { type: 'string', default: '0' },
      processes: { type: 'string', default: String(availableParallelism()) },
      json: { type: 'boolean', default: false },
    },
  });
  const number = (name: Bounded) => wholeNumber(name, values[name]);
  const [seeds, ticks, from, processes] = [number('seeds'), number('ticks'), number('from'), number('processes')];
  const began = performance.now();
  const swept: SweptSeed[] = [];
  const every = Math.max(1, Math.floor(seeds / REPORTS));
  const onSeed = (seed: SweptSeed) => {
    swept.push(seed);
    for (const line of seed.broken) say(`BROKEN ${line}. Again: npm run sweep -- --from ${seed.seed} --seeds 1`);
    if (swept.length % every === 0) say(`${swept.length} of ${seeds} seeds`);
  };
  const workers = Array.from({ length: processes }, (_, index) =>
    sweep([from + index, processes, from + seeds, ticks], onSeed),
  );
  await Promise.all(workers);
  if (swept.length !== seeds) throw new Error(`${swept.length} of ${seeds} seeds were played: a process ended early.`);
  const verdict = {
    ...{ seeds, from, ticks: swept.reduce((sum, seed) => sum + seed.ticks, 0) },
    broken: swept.flatMap(({ broken }) => broken),
    seconds: Math.round((performance.now() - began) / 100) / 10,
  };
  process.stdout.write(`${values.json ? JSON.stringify(verdict) : told(verdict)}\n`);
  if (verdict.broken.length > 0) process.exitCode = 1;
}

async function sweep(args: readonly number[], onSeed: (seed: SweptSeed) => void): Promise<void> {
  const child = spawn(process.execPath, [LAUNCHER, resolve(__dirname, 'worker.ts'), ...args.map(String)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const exited = once(child, 'exit') as Promise<[number | null]>;
  for await (const line of createInterface(child.stdout)) onSeed(JSON.parse(line) as SweptSeed);
  const [code] = await exited;
  if (code !== 0) throw new Error(`A process of the sweep ended with ${code}; the reason is above.`);
}

function told({ seeds, ticks, broken, seconds }: { seeds: number; ticks: number; broken: string[]; seconds: number }) {
  return `${seeds} seeds, ${ticks} ticks of ${2 * seeds} markets in ${seconds} s: ${broken.length} broken.`;
}

function wholeNumber(name: Bounded, text: string): number {
  const [least, most] = BOUNDS[name];
  const value = Number(text);
  if (Number.isInteger(value) && value >= least && value <= most) return value;
  throw new Error(`--${name} is ${text}; expected a whole number from ${least} to ${most}.\n\n${USAGE}`);
}

function say(line: string): void {
  process.stderr.write(`${line}\n`);
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});
