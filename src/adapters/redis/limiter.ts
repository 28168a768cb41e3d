import { assert, present } from '../../domain/kernel/assert';
import { CONCURRENCY, RETRY_AFTER, type LimitScope, type PermitRequest, type SetAnswer } from '../../domain/llm/limits';
import type { Observation, PermitEnd } from '../../domain/llm/rate-policy';
import type { RedisConnection } from './connection';
import { credentialKeys, windowArguments, type Argument } from './limiter-keys';
import { rebuild, type HeldPermit, type UsageHistory } from './limiter-rebuild';
import { SERVER_CLOCK } from './limiter-scope-script';
import { limiterScripts } from './limiter-script';
import { LimiterServer } from './limiter-server';

export type { ScopeHistory, UsageHistory } from './limiter-rebuild';

/**
 * The one limiter of all processes. An operation is one attempt, `{owner}|{call}@{try}`; the same operation is charged
 * once, however often it asks.
 *
 * Every method rejects when Redis does not answer: nothing is granted then.
 */
export interface Limiter {
  /** Grants as many as fit, in order, in one round trip. The next one binds, and the answer says for how long. */
  acquire(scope: LimitScope, requests: readonly PermitRequest[], leaseMs: number): Promise<SetAnswer>;
  /** The response has begun, so the request has arrived. Until then it counts in every window. */
  arrived(scope: LimitScope, operation: string, observed?: readonly Observation[]): Promise<void>;
  /** Lengthens the leases of these operations; those that hold no permit yet are passed over. */
  renew(operations: readonly string[], leaseMs: number): Promise<void>;
  release(scope: LimitScope, operation: string, end: PermitEnd): Promise<void>;
  /** A 429: nobody is granted anything for `pauseMs` (a longer pause that is on stays), and fewer may be under way. */
  throttled(scope: LimitScope, pauseMs: number, observed?: readonly Observation[]): Promise<void>;
  /** A 5xx: what may be under way does not grow for a while. */
  overloaded(scope: LimitScope): Promise<void>;
  /** Frees the leases of operations of these owners. Returns how many there were. */
  releaseOwners(credential: string, owners: readonly string[]): Promise<number>;
  usage(scope: LimitScope): Promise<ScopeUsage>;
  /** Something was sent that Redis does not know: all is counted again from the book before anything is granted. */
  recount(credential: string): Promise<void>;
  /** @throws LonghaulError InvalidConfiguration when the server's settings make limits forgettable. */
  check(): Promise<void>;
}

/** What counts at this moment, and what would be allowed. */
export interface ScopeUsage {
  windows: { name: string; used: number; limit: number }[];
  held: number;
  concurrent: number;
  pausedMs: number;
}

export interface LimiterOptions {
  /** Keeps installations on one Redis apart. */
  prefix?: string;
  /** Without it, lost windows begin empty: right only where there is no book of record. */
  history?: UsageHistory;
  /** As in its operations. */
  owner?: string;
  /** For tests that live through days: Lua that sets `wall`, and the steady clock that wall clocks are checked against. */
  clock?: { lua: string; steadyMs: () => number | null };
}

/** A wall clock may gain so much on the steady clock before it counts as one that jumped. */
const SLACK_MS = 1_000;
const DRIFT = 1.001;

const NO_HISTORY: UsageHistory = { othersActive: async () => false, load: async () => [] };
const REBUILDING = {
  granted: false,
  waitMs: 200,
  limit: 'Redis (it was emptied; what was sent is counted again)',
} as const;

export function createLimiter(redis: RedisConnection, options: LimiterOptions = {}): Limiter {
  return new RedisLimiter(redis, options);
}

type ScriptName = keyof ReturnType<typeof limiterScripts>;
type Run = (script: ScriptName, args: Argument[]) => Promise<unknown>;

class RedisLimiter implements Limiter {
  readonly #run: Run;
  readonly #server: LimiterServer;
  readonly #prefix: string;
  readonly #steadyMs: () => number | null;
  readonly #held = new Map<string, HeldPermit>();
  readonly #heard = new Map<string, { nowMs: number; steadyMs: number }>();
  readonly #rebuilding = new Map<string, Promise<boolean>>();

  constructor(
    private readonly redis: RedisConnection,
    private readonly options: LimiterOptions,
  ) {
    this.#run = runner(redis, options.clock?.lua ?? SERVER_CLOCK);
    this.#server = LimiterServer.of(redis);
    this.#prefix = options.prefix ?? 'longhaul';
    this.#steadyMs = options.clock?.steadyMs ?? (() => performance.now());
  }

  async acquire(scope: LimitScope, requests: readonly PermitRequest[], leaseMs: number): Promise<SetAnswer> {
    const asked = requests.flatMap(({ operation, tokens, microUsd }) => [operation, tokens, microUsd]);
    const { scopes } = credentialKeys(this.#prefix, scope.credential);
    const ask = () => this.#inScope('acquire', scope, [leaseMs, scope.family, ...asked], [scopes]);
    const answer = (await ask()) ?? ((await this.#rebuilt(scope.credential, leaseMs)) ? await ask() : null);
    if (!answer) return { granted: 0, refused: REBUILDING };
    const [granted = 0, , waitMs, binds] = answer;
    for (const { operation, tokens, microUsd } of requests.slice(0, Number(granted)))
      this.#held.set(operation, { operation, tokens, microUsd, scope });
    if (waitMs === undefined) return { granted: Number(granted) };
    return {
      granted: Number(granted),
      refused: { granted: false, waitMs: Number(waitMs), limit: nameOf(scope, String(binds)) },
    };
  }

  async arrived(scope: LimitScope, operation: string, observed: readonly Observation[] = []): Promise<void> {
    await this.#inScope('arrived', scope, [operation, ...observed.flatMap(observationArguments)]);
  }

  async renew(operations: readonly string[], leaseMs: number): Promise<void> {
    const byScope = new Map<LimitScope, HeldPermit[]>();
    for (const permit of operations.flatMap((operation) => this.#held.get(operation) ?? []))
      byScope.set(permit.scope, [...(byScope.get(permit.scope) ?? []), permit]);
    for (const [scope, permits] of byScope) {
      const keys = credentialKeys(this.#prefix, scope.credential);
      const { state, leases, held } = keys.of(scope.family);
      const named = permits.flatMap(({ operation, tokens, microUsd }) => [operation, tokens, microUsd]);
      const head = [await this.#server.id(), this.#bound(state), leaseMs, scope.family];
      const sentAt = this.#steadyMs();
      const answer = await this.#run('renew', [
        keys.generation,
        state,
        leases,
        held,
        keys.announced,
        ...head,
        ...named,
      ]);
      this.#hear(state, answer, sentAt);
    }
  }

  async release(scope: LimitScope, operation: string, end: PermitEnd): Promise<void> {
    this.#held.delete(operation);
    const how = end.unused ? 'unused' : end.answered ? 'answered' : 'failed';
    const needed = end.unused ? undefined : end.needed;
    const { announced } = credentialKeys(this.#prefix, scope.credential);
    const args = [operation, how, needed?.tokens ?? '', needed?.microUsd ?? ''];
    await this.#inScope('release', scope, args, [announced]);
  }

  async throttled(scope: LimitScope, pauseMs: number, observed: readonly Observation[] = []): Promise<void> {
    const args = ['throttled', Math.max(0, Math.ceil(pauseMs)), ...observed.flatMap(observationArguments)];
    await this.#inScope('failed', scope, args);
  }

  async overloaded(scope: LimitScope): Promise<void> {
    await this.#inScope('failed', scope, ['overloaded', 0]);
  }

  async releaseOwners(credential: string, owners: readonly string[]): Promise<number> {
    if (owners.length === 0) return 0;
    const prefixes = owners.map((owner) => `${owner}|`);
    let freed = 0;
    for (const family of await this.redis.smembers(credentialKeys(this.#prefix, credential).scopes)) {
      const limits = { windows: [], concurrent: 0 }; // only their leases are ended; who asks next, counts what that frees
      freed += Number((await this.#inScope('releaseOwners', { credential, family, limits }, prefixes))?.[0] ?? 0);
    }
    return freed;
  }

  async usage(scope: LimitScope): Promise<ScopeUsage> {
    const answer = (await this.#inScope('usage', scope, [])) ?? [];
    const [, , pausedMs = 0, held = 0, concurrent = scope.limits.concurrent, ...counted] = answer.map(Number);
    const windows = scope.limits.windows.map(({ name, limit }, at) => ({
      name,
      used: counted[2 * at] ?? 0,
      limit: counted[2 * at + 1] ?? limit,
    }));
    return { windows, held, concurrent, pausedMs };
  }

  async recount(credential: string): Promise<void> {
    await this.redis.del(credentialKeys(this.#prefix, credential).generation);
  }

  async check(): Promise<void> {
    await this.#server.id();
  }

  /** The script's answer; null when Redis does not hold what was counted. */
  async #inScope(
    script: ScriptName,
    scope: LimitScope,
    args: Argument[],
    moreKeys: string[] = [],
  ): Promise<unknown[] | null> {
    const keys = credentialKeys(this.#prefix, scope.credential);
    const { state, leases, held } = keys.of(scope.family);
    const windows = windowArguments(scope);
    const server = await this.#server.id();
    const head = [server, this.#bound(state), scope.limits.concurrent, windows.length, ...windows.flat()];
    const sentAt = this.#steadyMs();
    const answer = await this.#run(script, [keys.generation, state, leases, held, ...moreKeys, ...head, ...args]);
    return this.#hear(state, answer, sentAt);
  }

  /** One rebuilding per credential and process at a time. */
  #rebuilt(credential: string, leaseMs: number): Promise<boolean> {
    const running = this.#rebuilding.get(credential);
    if (running) return running;
    const { redis, options } = this;
    const parts = {
      redis,
      run: this.#run,
      prefix: this.#prefix,
      history: options.history ?? NO_HISTORY,
      owner: options.owner ?? '',
    };
    const work = this.#server
      .id()
      .then((server) => rebuild(parts, credential, { server, leaseMs, held: () => [...this.#held.values()] }))
      .finally(() => this.#rebuilding.delete(credential));
    this.#rebuilding.set(credential, work);
    return work;
  }

  /** The latest moment that Redis can have by now, by our steady clock; 0 before it was heard for the first time. */
  #bound(state: string): number {
    const heard = this.#heard.get(state);
    const steadyMs = this.#steadyMs();
    if (!heard || steadyMs === null) return 0;
    return Math.ceil(heard.nowMs + (steadyMs - heard.steadyMs) * DRIFT + SLACK_MS);
  }

  #hear(state: string, answer: unknown, sentAt: number | null): unknown[] | null {
    assert(Array.isArray(answer), `limiter: unexpected answer ${JSON.stringify(answer)}`);
    const [first, nowMs] = answer as unknown[];
    if (first === -1) return null;
    if (sentAt !== null && Number(nowMs) > 0) this.#heard.set(state, { nowMs: Number(nowMs), steadyMs: sentAt });
    return answer as unknown[];
  }
}

function observationArguments({ window, limit, remaining, resetMs }: Observation): number[] {
  return [window + 1, limit, remaining, resetMs];
}

function nameOf({ limits }: LimitScope, binds: string): string {
  if (binds === 'p') return RETRY_AFTER;
  if (binds === 'c') return CONCURRENCY;
  return present(limits.windows[Number(binds) - 1], `limiter: window ${binds} binds, but there is none`).name;
}

/** ioredis adds scripts to the connection at run time, where its types do not see them. */
function runner(redis: RedisConnection, clock: string): Run {
  const scripts = limiterScripts(clock);
  const commands = redis as unknown as Record<string, (...args: Argument[]) => Promise<unknown>>;
  const nameFor = (script: ScriptName) => `longhaulLimiter_${script}`;
  // EVALSHA with a fall back to EVAL when the server has forgotten the script (restart, SCRIPT FLUSH)
  for (const script of Object.keys(scripts) as ScriptName[]) {
    const { keys: numberOfKeys, lua } = scripts[script];
    redis.defineCommand(nameFor(script), { numberOfKeys, lua });
  }
  return (script, args) => commands[nameFor(script)]!(...args);
}
