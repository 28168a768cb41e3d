import { setTimeout as pause } from 'node:timers/promises';
import { isPostgresDown, type Pool } from '../../adapters/postgres';
import { artifactsAfter, type BranchAfter } from '../../adapters/postgres/artifact-search';
import type { ArtifactHeader } from '../../domain/artifacts/header';
import type { Log } from '../log';
import type { BranchNews } from './branch-news';

export interface FollowedBranch extends BranchAfter {
  signal: AbortSignal;
}

/** Without an announcement the book is looked at this often: one may be lost, and Redis may be away. */
const LOOK_MS = 1_000;
const PAGE = 200;

/**
 * The artifacts of a branch in step order, each once, none left out: the book says what there is, live events only when to
 * look. Steps are counted under the branch's lock, so none of them becomes visible after a later one. An empty list says
 * that nothing came for a second.
 *
 * @param news tells when to look sooner than each second. Absent: Redis is not configured
 */
export async function* followBranch(
  { pool, log }: { pool: Pool; log: Log },
  { signal, ...branch }: FollowedBranch,
  news: BranchNews | undefined,
): AsyncGenerator<ArtifactHeader[]> {
  const announcements = new Announcements();
  const unlisten = news?.listen(branch, (step) => announcements.heard(step)); // before the first look
  const wake = () => announcements.heard(Infinity);
  signal.addEventListener('abort', wake);
  let { afterStep } = branch;
  try {
    while (!signal.aborted) {
      const headers = await artifactsAfter(pool, { ...branch, afterStep }, PAGE).catch((error: unknown) => {
        if (!isPostgresDown(error)) throw error;
        log.warn({ err: error }, 'followed artifacts: the book does not answer; it is asked again');
        return [];
      });
      yield headers;
      afterStep = headers.at(-1)?.stepIdx ?? afterStep;
      if (headers.length < PAGE) await announcements.after(afterStep);
    }
  } finally {
    signal.removeEventListener('abort', wake);
    unlisten?.();
  }
}

class Announcements {
  private newest = -1;
  private waiting: { step: number; over: AbortController } | undefined;

  heard(step: number): void {
    this.newest = Math.max(this.newest, step);
    if (this.waiting && step > this.waiting.step) this.waiting.over.abort();
  }

  /** Waits until a later step is announced, a second at the most. One announcement ends one wait. */
  async after(step: number): Promise<void> {
    const over = new AbortController();
    this.waiting = { step, over };
    if (this.newest > step) over.abort();
    await pause(LOOK_MS, undefined, { signal: over.signal }).catch(() => undefined);
    this.newest = -1;
  }
}
