import { join } from 'node:path';
import { SeededRandom } from '../../../src/model-server/seeded-random';
import type { Outcome } from './books';
import type { Build } from './build';
import type { Fault } from './faults';
import { playScenario, type InvariantName, type ScenarioResult } from './scenario';
import { workload, type Workload } from './workload';
import { openWorld, type World } from './world';

export interface ChaosOptions {
  seed: number;
  minutes: number;
  /** Every one strikes at least once, however short the time is. */
  faults: readonly Fault[];
  /** How often each of them strikes at least (1). */
  times?: number;
  build: Build;
  /** What runs meanwhile, made by the seed. */
  workload?(random: SeededRandom): Workload;
  /** Leaves the folder of a run that failed; not where failing is the point. */
  keepFailed: boolean;
  say(line: string): void;
}

export interface ChaosReport {
  seed: number;
  build: string;
  scenarios: number;
  faults: { name: string; fired: number }[];
  /** `ok`, or the first broken promises. */
  invariants: Record<InvariantName | 'I10', string>;
  successes: number;
  duplicates: number;
  ledgerErrorMicroUsd: number;
}

const NAMES: readonly InvariantName[] = ['I1', 'I2', 'I3', 'I4', 'I5', 'I6', 'I7'];
const SHOWN = 5;

/** Stops at the first broken promise: what comes after it would be told by a world that is out of order. */
export async function runChaos(options: ChaosOptions): Promise<ChaosReport> {
  const world = await openWorld(options.build, options.say);
  let isOk = false;
  try {
    const report = await play(world, options);
    isOk = isGreen(report);
    return report;
  } finally {
    const keep = !isOk && options.keepFailed;
    if (keep) options.say(`Seed ${options.seed} failed. Data and logs are kept in ${join(world.dir, '.longhaul')}.`);
    await world.close(keep);
  }
}

export function isGreen({ invariants }: ChaosReport): boolean {
  return Object.values(invariants).every((said) => said === 'ok');
}

async function play(
  world: World,
  { seed, minutes, faults, times = 1, build, say, workload: make = workload }: ChaosOptions,
): Promise<ChaosReport> {
  const random = new SeededRandom(`chaos ${seed}`);
  const work = make(random);
  if (work.latency !== undefined) await world.client.setLatency(work.latency);
  for (const one of work.works) await world.client.define(one);
  const calm = await playScenario(world, work, undefined, new Map<string, Outcome>(), random);
  say(`calm: ${told(calm)}`);
  const results: { fault: Fault | undefined; result: ScenarioResult }[] = [{ fault: undefined, result: calm }];
  const endMs = Date.now() + minutes * 60_000;
  for (const fault of schedule(faults, random)) {
    if (results.length > faults.length * times && Date.now() >= endMs) break;
    if (results.some(({ result }) => broken(result).length > 0)) break;
    const beganMs = Date.now();
    const result = await playScenario(world, work, fault, calm.outcomes, random);
    say(`${fault.name} ${fault.what}: ${told(result)} (${((Date.now() - beganMs) / 1000).toFixed(1)} s)`);
    results.push({ fault, result });
  }
  return reportOf({ seed, build: build.name, faults, times, successesEach: work.successes }, results);
}

/** All of them in a new order, again and again. */
function* schedule(faults: readonly Fault[], random: SeededRandom): Generator<Fault> {
  for (;;) {
    const left = [...faults];
    while (left.length > 0) yield left.splice(random.integer(0, left.length - 1), 1)[0]!;
  }
}

interface Wanted extends Pick<ChaosReport, 'seed' | 'build'> {
  faults: readonly Fault[];
  times: number;
  successesEach: number;
}

function reportOf(
  { seed, build, faults, times, successesEach }: Wanted,
  results: readonly { fault: Fault | undefined; result: ScenarioResult }[],
): ChaosReport {
  const total = (read: (result: ScenarioResult) => number) =>
    results.reduce((sum, { result }) => sum + read(result), 0);
  const fired = faults.map((fault) => ({
    name: fault.name,
    fired: results.filter((entry) => entry.fault === fault && entry.result.fired).length,
  }));
  const successes = total((result) => result.successes);
  const verdicts = NAMES.map(
    (name) => [name, verdict(results.flatMap(({ result }) => result.violations[name]))] as const,
  );
  return {
    ...{ seed, build, scenarios: results.length, faults: fired },
    invariants: {
      ...(Object.fromEntries(verdicts) as Record<InvariantName, string>),
      I10: verdict(
        verdicts.some(([, said]) => said !== 'ok')
          ? []
          : vacuity(fired, times, successes, results.length * successesEach),
      ),
    },
    successes,
    duplicates: total((result) => result.duplicates),
    ledgerErrorMicroUsd: total((result) => result.ledgerErrorMicroUsd),
  };
}

/** I10: a run in which nothing happened, or nothing succeeded, proves nothing. One that was given up early does. */
function vacuity(
  faults: readonly { name: string; fired: number }[],
  times: number,
  successes: number,
  needed: number,
): string[] {
  const silent = faults
    .filter(({ fired }) => fired < times)
    .map(({ name, fired }) => `${name} fired ${fired} times, not ${times}`);
  return successes < needed ? [...silent, `${successes} runs completed, ${needed} were to`] : silent;
}

function verdict(violations: readonly string[]): string {
  if (violations.length === 0) return 'ok';
  const more = violations.length > SHOWN ? ` (and ${violations.length - SHOWN} more)` : '';
  return `${violations.slice(0, SHOWN).join('; ')}${more}`;
}

function broken({ violations }: ScenarioResult): string[] {
  return NAMES.flatMap((name) => violations[name].map((text) => `${name}: ${text}`));
}

function told(result: ScenarioResult): string {
  const said = broken(result);
  const verdictOf = said.length === 0 ? 'ok' : said.slice(0, SHOWN).join('; ');
  return `${result.fired ? '' : 'NOT FELT, '}${result.successes} completed, ${result.duplicates} repeated, ${verdictOf}`;
}
