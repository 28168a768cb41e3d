import { LonghaulError } from '../../domain/kernel/errors';

/** What a rung that can be used hands on, with the version it was checked to have. */
export interface Foothold<T> {
  found: T;
  version: string;
}

/** A rung that cannot be used says why, in words that fit after "skipped: ". */
export interface Missed {
  skipped: string;
}

/** One way to get a service. `remedy` tells how a user makes this way work; the closing error lists all of them. */
export interface Rung<T> {
  name: string;
  remedy: string;
  /** Takes minutes or changes the cache: a doctor does not try it. */
  costly?: boolean;
  attempt(): Promise<Foothold<T> | Missed>;
}

export interface RungWalked {
  service: string;
  rung: string;
  taken: boolean;
  /** The version when taken, else the reason for skipping. */
  detail: string;
}

export interface Climbed<T> extends Foothold<T> {
  /** Name of the rung that was taken. */
  origin: string;
}

/**
 * Tries the rungs in order and takes the first that can be used. Each is reported as it is walked.
 * @throws LonghaulError ServiceNotFound that lists every way with its reason and its remedy.
 */
export async function climb<T>(
  service: string,
  rungs: readonly Rung<T>[],
  report: (walked: RungWalked) => void,
): Promise<Climbed<T>> {
  const ways: string[] = [];
  for (const rung of rungs) {
    const result = await rung.attempt();
    const taken = 'found' in result;
    report({ service, rung: rung.name, taken, detail: taken ? result.version : result.skipped });
    if (taken) return { ...result, origin: rung.name };
    ways.push(`  - ${rung.name}: ${result.skipped}. To use it: ${rung.remedy}`);
  }
  throw new LonghaulError('ServiceNotFound', { service, ways: ways.join('\n') });
}

/** What a climb would do now: the first rung that works, or the costly ones that it would try; nothing is fetched. */
export async function lookUp<T>(
  rungs: readonly Rung<T>[],
): Promise<{ origin: string; version: string } | { wouldTry: string[]; reasons: string[] }> {
  const reasons: string[] = [];
  const wouldTry: string[] = [];
  for (const rung of rungs) {
    if (rung.costly) {
      wouldTry.push(rung.name);
      continue;
    }
    const result = await rung.attempt();
    if ('found' in result) return { origin: rung.name, version: result.version };
    reasons.push(`${rung.name}: ${result.skipped}`);
  }
  return { wouldTry, reasons };
}
