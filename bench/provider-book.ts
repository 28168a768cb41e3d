import { readFileSync } from 'node:fs';
import type { BookLine } from '../src/model-server/book';

/** What the model server says of one run's calls: a book that nobody who is killed writes. */
export class ProviderBook {
  constructor(
    private readonly file: string,
    private readonly runId: string,
  ) {}

  read(): { accepted: { callKey: string; atMs: number }[]; duplicates: number } {
    const accepted = this.lines().flatMap(({ kind, attemptKey, at }) =>
      kind === 'accepted' ? [{ callKey: attemptKey!.replace(/#\d+$/, ''), atMs: Date.parse(at) }] : [],
    );
    return { accepted, duplicates: accepted.length - new Set(accepted.map(({ callKey }) => callKey)).size };
  }

  private lines(): BookLine[] {
    return readFileSync(this.file, 'utf8')
      .split('\n')
      .filter((line) => line.endsWith('}') && line.includes(this.runId))
      .map((line) => JSON.parse(line) as BookLine)
      .filter(({ attemptKey }) => attemptKey?.startsWith(`${this.runId}/`));
  }
}
