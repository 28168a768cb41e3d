import type { Pool } from '../../adapters/postgres';
import { getArtifact, publishArtifacts } from '../../adapters/postgres/artifacts';
import { newId } from '../../adapters/postgres/new-id';
import { searchArtifacts, readArtifacts, type ArtifactRange } from '../../adapters/postgres/artifact-search';
import type { RedisConnection } from '../../adapters/redis';
import { ArtifactIndex, type NewestQuery } from '../../adapters/redis/artifact-index';
import { checkNewArtifact } from '../../domain/artifacts/check-header';
import {
  leanHeader,
  type ArtifactHeader,
  type LeanHeader,
  type NewArtifact,
  type CarriedPayload,
} from '../../domain/artifacts/header';
import type { Payloads } from '../../domain/artifacts/payload-store';
import { normalizeSearch, type ArtifactSearch } from '../../domain/artifacts/search';
import { present } from '../../domain/kernel/assert';
import { LonghaulError } from '../../domain/kernel/errors';
import type { Log } from '../log';
import { BranchNews } from './branch-news';
import { followBranch, type FollowedBranch } from './follow-branch';
import { ImmediatePush } from './immediate-push';
import { OutboxPump } from './outbox-pump';
import { SessionIndex } from './session-index';
import {
  subscribeArtifacts,
  subscribeTopic,
  type ArtifactEvent,
  type Subscription,
  type TopicEvent,
  type TopicSubscription,
} from './subscribe';

/** A header without what the bus finds out itself. */
export type ArtifactDraft = Omit<NewArtifact, keyof CarriedPayload | 'ref'> & { ref?: string };

export interface ArtifactBus {
  /**
   * Header, outbox row and a small payload in one transaction (a large payload before it), then live readers. Works while Redis is down.
   *
   * @returns the header as stored: of the first publication when its idempotency key (or ref) was used before
   * @throws LonghaulError InvalidRequest | PayloadTooLarge | PayloadStoreFailed | ServiceUnavailable
   */
  publish(draft: ArtifactDraft, payload: Uint8Array): Promise<ArtifactHeader>;
  /** @throws LonghaulError NotFound | PayloadMissing | PayloadCorrupt */
  get(tenant: string, ref: string): Promise<{ header: ArtifactHeader; payload: Uint8Array }>;
  /** Newest first, filtered before the limit. @throws LonghaulError InvalidRequest | NotFound (`beforeRef`) */
  search(search: ArtifactSearch): Promise<ArtifactHeader[]>;
  /** First and last artifacts of a branch, in step order. */
  readFirst(range: ArtifactRange): Promise<ArtifactHeader[]>;
  readLast(range: ArtifactRange): Promise<ArtifactHeader[]>;
  /** Newest of a session from memory, for views that look every second; from PostgreSQL when Redis cannot say. */
  recent(query: NewestQuery): Promise<LeanHeader[]>;
  /** Follows artifacts as they are published. Every loop has a Redis connection of its own. */
  subscribe(subscription: Subscription): AsyncGenerator<ArtifactEvent>;
  /**
   * The artifacts of one branch from a step on, in step order and gapless, as they are published; also, a little later,
   * while Redis is away. Who comes late or comes back is told what it missed. Empty lists when nothing happens. All
   * followers share one Redis connection.
   */
  follow(branch: FollowedBranch): AsyncGenerator<ArtifactHeader[]>;
  /** Follows what happens to one thing, such as `run:{runId}`. */
  subscribeTopic(subscription: TopicSubscription): AsyncGenerator<TopicEvent>;
  /** For those whose own transaction wrote outbox rows: publishes them now instead of with the relay's next look. */
  pushNow(): void;
  /** Waits for pushes under way. */
  close(): Promise<void>;
}

export interface ArtifactBusDeps {
  pool: Pool;
  payloads: Payloads;
  /** Without it everything works that is not live. */
  redis: RedisConnection | null;
  log: Log;
}

export function createArtifactBus(deps: ArtifactBusDeps): ArtifactBus {
  const { pool, payloads, redis, log } = deps;
  const live = redis && {
    index: new ArtifactIndex(redis),
    sessions: new SessionIndex(pool, redis),
    push: immediatePush(pool, redis, log),
    news: new BranchNews(redis, log),
  };
  const pushNow = () => live?.push.request();
  return {
    publish: async (draft, payload) => {
      const header = await publish(deps, draft, payload);
      pushNow();
      return header;
    },
    get: async (tenant, ref) => {
      const header = await getArtifact(pool, tenant, ref);
      if (!header) throw new LonghaulError('NotFound', { what: 'Artifact', id: ref });
      return { header, payload: await payloads.get(header, ref) };
    },
    search: async (search) => searchArtifacts(pool, normalizeSearch(search)),
    readFirst: (range) => readArtifacts(pool, 'first', range),
    readLast: (range) => readArtifacts(pool, 'last', range),
    recent: async (query) => {
      const fromMemory = await live?.index
        .newest(query)
        .catch((error: unknown) => void log.warn({ err: error }, 'live index does not answer'));
      if (fromMemory) return fromMemory;
      if (live)
        await live.sessions
          .restore(query.tenant, query.sessionId)
          .catch((error: unknown) => log.warn({ err: error }, 'live index not restored'));
      return (await searchArtifacts(pool, normalizeSearch(query))).map(leanHeader);
    },
    subscribe: (subscription) => subscribeArtifacts(required(redis), subscription, log),
    follow: (branch) => followBranch(deps, branch, live?.news),
    subscribeTopic: (subscription) => subscribeTopic(required(redis), subscription, log),
    pushNow,
    close: async () => live?.push.close(),
  };
}

async function publish(
  { pool, payloads }: ArtifactBusDeps,
  draft: ArtifactDraft,
  payload: Uint8Array,
): Promise<ArtifactHeader> {
  const ref = draft.ref ?? newId();
  checkNewArtifact({ ...draft, ref });
  const stored = await payloads.carried.put(payload);
  const published = present(
    (await publishArtifacts(pool, [{ ...draft, ...stored, ref }]))[0],
    'publish answers one row per header',
  );
  return present(
    await getArtifact(pool, draft.tenant, published.ref),
    `artifact ${published.ref} was published a moment ago`,
  );
}

function immediatePush(pool: Pool, redis: RedisConnection, log: Log): ImmediatePush {
  return new ImmediatePush(new OutboxPump(pool, redis), (error) =>
    log.warn({ err: error }, 'not pushed at once; the relay does it'),
  );
}

function required(redis: RedisConnection | null): RedisConnection {
  if (!redis)
    throw new LonghaulError('ServiceUnavailable', {
      service: 'Redis',
      detail: 'it is not configured, and live views need it',
    });
  return redis;
}
