import type { RedisConnection } from '../../adapters/redis';
import { ARTIFACT_STREAM } from '../../adapters/redis/artifact-keys';
import { SeenIds } from '../../adapters/redis/seen-ids';
import { SoleCursor } from '../../adapters/redis/stream-cursor';
import { readStream } from '../../adapters/redis/stream-reader';
import type { LeanHeader } from '../../domain/artifacts/header';
import type { Log } from '../log';
import { readOptions } from './subscribe';

export interface NewsOf {
  tenant: string;
  sessionId: string;
  branchId: string;
}

type Listener = (stepIdx: number) => void;

/**
 * Tells all followers of a process when there is something new in their branch. They share one reader, and its one
 * connection, because Redis has room for some thousand clients and anybody may open streams. It reads while somebody listens.
 */
export class BranchNews {
  private readonly listeners = new Map<string, Set<Listener>>();
  private leaving: AbortController | undefined;

  constructor(
    private readonly redis: RedisConnection,
    private readonly log: Log,
  ) {}

  /** @returns how to stop listening */
  listen(branch: NewsOf, listener: Listener): () => void {
    const key = keyOf(branch);
    const listeners = this.listeners.get(key) ?? new Set();
    this.listeners.set(key, listeners.add(listener));
    this.leaving ??= this.start();
    return () => {
      listeners.delete(listener);
      if (listeners.size === 0 && this.listeners.get(key) === listeners) this.listeners.delete(key);
      if (this.listeners.size > 0) return;
      this.leaving?.abort();
      this.leaving = undefined;
    };
  }

  private start(): AbortController {
    const leaving = new AbortController();
    void this.read(leaving.signal).catch((error: unknown) =>
      this.log.error({ err: error }, 'followed artifacts: no news'),
    );
    return leaving;
  }

  private async read(signal: AbortSignal): Promise<void> {
    const seen = new SeenIds();
    const entries = readStream(
      this.redis,
      new SoleCursor(ARTIFACT_STREAM, 'now', seen),
      seen,
      readOptions('artifact', this.log, signal),
    );
    for await (const { tenant, data } of entries) {
      const header = data as LeanHeader;
      for (const listener of this.listeners.get(keyOf({ ...header, tenant })) ?? []) listener(header.stepIdx);
    }
  }
}

function keyOf({ tenant, sessionId, branchId }: NewsOf): string {
  return JSON.stringify([tenant, sessionId, branchId]);
}
