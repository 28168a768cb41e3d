import type { Redis } from 'ioredis';
import { parseEntries, type RawEntry, type StreamEntry } from './artifact-stream';
import { BLOCK_MS, READ_COUNT, type StreamCursor } from './stream-cursor';

/** After this a member that took an entry and did not finish it is taken for dead, and another one gets it. */
const ABANDONED_MS = 60_000;

export interface GroupMember {
  /** Name of the consumer group: its members share the entries, each goes to one of them. */
  group: string;
  /** Name of this member; the same after a restart, so that it finishes what it had begun. */
  consumer: string;
}

/**
 * A member of a consumer group. An entry is acknowledged when the reader asks for the next one, so a killed member's
 * entry is delivered again. A flush forgets the group: it begins anew with the refilled stream, at least once.
 */
export class GroupCursor implements StreamCursor {
  private start: string;
  private pendingFrom: string | undefined = '0';
  private claimedAtMs = 0;

  constructor(
    private readonly stream: string,
    private readonly member: GroupMember,
    from: string,
  ) {
    this.start = from === 'start' ? '0' : from === 'now' ? '$' : from;
  }

  async prepare(redis: Redis): Promise<void> {
    try {
      await redis.xgroup('CREATE', this.stream, this.member.group, this.start, 'MKSTREAM');
    } catch (error) {
      if (!String(error).includes('BUSYGROUP')) throw error;
    }
  }

  async read(redis: Redis): Promise<StreamEntry[]> {
    const own = await this.readPending(redis);
    if (own.length > 0) return own;
    const abandoned = await this.claimAbandoned(redis);
    return abandoned.length > 0 ? abandoned : this.readNew(redis);
  }

  async done(redis: Redis, entry: StreamEntry): Promise<void> {
    await redis.xack(this.stream, this.member.group, entry.cursor);
  }

  /** A group that is gone is made again from the beginning, also by a member that once began with what was new. */
  restart(): void {
    this.start = '0';
    this.pendingFrom = '0';
  }

  /** What this member had taken before it was restarted; once through, then only new entries are asked for. */
  private async readPending(redis: Redis): Promise<StreamEntry[]> {
    if (this.pendingFrom === undefined) return [];
    const entries = await this.readOwn(redis, this.pendingFrom);
    this.pendingFrom = entries.at(-1)?.cursor;
    return entries;
  }

  private async claimAbandoned(redis: Redis): Promise<StreamEntry[]> {
    if (Date.now() - this.claimedAtMs < ABANDONED_MS) return [];
    this.claimedAtMs = Date.now();
    const { group, consumer } = this.member;
    const [, entries] = (await redis.xautoclaim(
      this.stream,
      group,
      consumer,
      ABANDONED_MS,
      '0',
      'COUNT',
      READ_COUNT,
    )) as [string, RawEntry[]];
    return parseEntries(entries);
  }

  private async readOwn(redis: Redis, after: string): Promise<StreamEntry[]> {
    const { group, consumer } = this.member;
    const answer = await redis.xreadgroup('GROUP', group, consumer, 'COUNT', READ_COUNT, 'STREAMS', this.stream, after);
    return parseEntries(answer?.[0]?.[1] ?? []);
  }

  private async readNew(redis: Redis): Promise<StreamEntry[]> {
    const { group, consumer } = this.member;
    const answer = await redis.xreadgroup(
      'GROUP',
      group,
      consumer,
      'COUNT',
      READ_COUNT,
      'BLOCK',
      BLOCK_MS,
      'STREAMS',
      this.stream,
      '>',
    );
    return parseEntries(answer?.[0]?.[1] ?? []);
  }
}
