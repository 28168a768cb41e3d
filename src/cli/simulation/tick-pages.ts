import type { TicksPage } from '../../contracts/api.schema';
import { simulationPath } from './paths';

export type Tick = TicksPage['items'][number];

/** Whoever brings an answer of the API: a client, or a reader that waits for one that restarts. */
export interface Reader {
  get<T>(path: string): Promise<T>;
}

const TICKS_PER_PAGE = 500;

/** Recorded ticks in their order, page by page to the end of what is recorded now. */
export async function* tickPages(reader: Reader, runId: string, after = 0): AsyncGenerator<Tick[]> {
  for (let next: number | null = after; next !== null;) {
    const query = new URLSearchParams({ after: String(next), limit: String(TICKS_PER_PAGE) }).toString();
    const page: TicksPage = await reader.get<TicksPage>(`${simulationPath(runId, 'ticks')}?${query}`);
    if (page.items.length > 0) yield page.items;
    next = page.nextAfter;
  }
}
