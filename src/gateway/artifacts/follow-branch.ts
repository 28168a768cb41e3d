import { setTimeout as pause } from 'node:timers/promises';
import { isPostgresDown, type Pool } from '../../adapters/postgres';
import { artifactsAfter, type BranchAfter } from '../../adapters/postgres/artifact-search';
import type { ArtifactHeader } from '../../domain/artifacts/header';
import type { Log } from '../log';
import type { ArtifactEvent } from './subscribe';

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
 * @param announced live events of the branch; ends with `signal`. Absent: Redis is not configured
 */
export async function* followBranch(
  { pool, log }: { pool: Pool; log: Log },
  { signal, ...branch }: FollowedBranch,
  announced: AsyncGenerator<ArtifactEvent> | undefined,
): AsyncGenerator<ArtifactHeader[]> {
  const announcements = new Announcements(announced);
  let { afterStep } = branch;
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
}

class Announcements {
  private next: Promise<IteratorResult<ArtifactEvent>> | undefined;

  constructor(private readonly announced: AsyncGenerator<ArtifactEvent> | undefined) {
    this.next = announced?.next(); // listens before the first look
  }

  /** Waits until a later step is announced, a second at the most. */
  async after(step: number): Promise<void> {
    const heard = new AbortController();
    const silence = pause(LOOK_MS, undefined, { signal: heard.signal }).catch(() => undefined);
    for (let isNews = false; !isNews;) {
      const come = await Promise.race([silence, ...(this.next ? [this.next] : [])]);
      if (!come) return;
      this.next = come.done === true ? undefined : this.announced?.next();
      isNews = come.done === true || come.value.header.stepIdx > step;
    }
    heard.abort();
  }
}
