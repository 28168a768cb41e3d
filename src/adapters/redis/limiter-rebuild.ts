import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { Amounts, LimitScope } from '../../domain/llm/limits';
import type { RedisConnection } from './connection';
import { credentialKeys, windowArguments, type Argument } from './limiter-keys';

/** What the book of record knows of one scope. */
export interface ScopeHistory {
  scope: LimitScope;
  /** What was sent and counts still: place of the window, age of its latest possible arrival, amount. */
  sent: { window: number; ageMs: number; amount: number }[];
  /** Marked sent and not closed. */
  underWay: (Amounts & { owner: string; callKey: string; n: number; leaseLeftMs: number })[];
}

/** The book of record, from which lost windows are put back. */
export interface UsageHistory {
  /** Whether other processes than these may hold permits that they have not marked as sent. */
  othersActive(credential: string, owner: string): Promise<boolean>;
  /** All scopes of the credential, also those without any usage. */
  load(credential: string): Promise<ScopeHistory[]>;
}

/** A permit of a process that lives. */
export interface HeldPermit extends Amounts {
  operation: string;
  scope: LimitScope;
}

/** Two renewals: long enough for every living process to say what it holds. */
const ANNOUNCE_MS = 2_100;
const LOCK_MS = 15_000;
const SYNTHETIC = '(by the book)';

type RunScript = (script: 'fill' | 'seal', args: Argument[]) => Promise<unknown>;

export interface RebuildParts {
  redis: RedisConnection;
  run: RunScript;
  prefix: string;
  history: UsageHistory;
  owner: string;
}

/**
 * Puts back what Redis lost, before anything is granted: the windows from the attempts that were sent, the permits from
 * what living processes announce. One process does it. False when another one does, or when Redis was emptied meanwhile.
 */
export async function rebuild(
  { redis, run, prefix, history, owner }: RebuildParts,
  credential: string,
  { server, leaseMs, held }: { server: string; leaseMs: number; held: () => HeldPermit[] },
): Promise<boolean> {
  const keys = credentialKeys(prefix, credential);
  const token = randomUUID();
  if ((await redis.set(keys.lock, token, 'PX', LOCK_MS, 'NX')) !== 'OK') return false;
  if (await history.othersActive(credential, owner)) await delay(ANNOUNCE_MS);
  const generation = `${server}:${randomUUID()}`;
  const scopes = await history.load(credential);
  const announced = parseAnnounced(await redis.hgetall(keys.announced));
  for (const found of scopes) {
    const { family } = found.scope;
    const mine = held().filter(({ scope }) => scope.credential === credential && scope.family === family);
    const permits = new Map([...(announced.get(family) ?? []), ...mine].map((permit) => [permit.operation, permit]));
    const requests = [
      ...[...permits.values()].map((permit) => [permit.operation, leaseMs, permit.tokens, permit.microUsd]),
      ...uncovered(found, permits),
    ];
    const { state, leases, held: heldKey } = keys.of(family);
    const windows = windowArguments(found.scope).map(([id, length, step, , , unit]) => [id!, length!, step!, unit!]);
    const args: Argument[] = [keys.lock, state, leases, heldKey, token, generation, windows.length, ...windows.flat()];
    args.push(requests.length, ...requests.flat());
    args.push(...found.sent.flatMap(({ window, ageMs, amount }) => [window + 1, ageMs, amount]));
    if (!isDone(await run('fill', args))) return false;
  }
  const families = scopes.map(({ scope }) => scope.family);
  return isDone(
    await run('seal', [keys.lock, keys.generation, keys.announced, keys.scopes, token, generation, ...families]),
  );
}

/** Requests under way that no living process announced: they count, and hold a place, until their lease ends. */
function uncovered({ underWay }: ScopeHistory, permits: ReadonlyMap<string, unknown>): Argument[][] {
  const known = new Set([...permits.keys()].map((operation) => operation.slice(0, operation.lastIndexOf('@'))));
  return underWay
    .filter(({ owner, callKey, n }) => !known.has(`${owner}|${callKey}`) && !known.has(`${owner}|${callKey}#${n}`))
    .map(({ owner, callKey, n, leaseLeftMs, tokens, microUsd }) => [
      `${owner}|${callKey}#${n}@${SYNTHETIC}`,
      Math.max(1, leaseLeftMs),
      tokens,
      microUsd,
    ]);
}

function parseAnnounced(stored: Record<string, string>): Map<string, (Amounts & { operation: string })[]> {
  const byFamily = new Map<string, (Amounts & { operation: string })[]>();
  for (const [operation, text] of Object.entries(stored)) {
    const [, tokens, microUsd, family] = /^(\d+) (\d+) (.*)$/s.exec(text) ?? [];
    if (family === undefined) continue;
    const permits = byFamily.get(family) ?? [];
    permits.push({ operation, tokens: Number(tokens), microUsd: Number(microUsd) });
    byFamily.set(family, permits);
  }
  return byFamily;
}

function isDone(answer: unknown): boolean {
  return Array.isArray(answer) && answer[0] === 0;
}
