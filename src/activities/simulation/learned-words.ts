import { LRUCache } from 'lru-cache';
import { parseJsonAnswer } from '../../domain/agents/agent-output';
import type { ChatAnswer } from '../../domain/llm/chat';
import type { MemoryItem } from '../../domain/simulation/memory/memory-item';
import { readReview } from '../../domain/simulation/memory/review-answer';

/** A memory of 1,000 items has the words of so many reviews at most. */
const ANSWERS_KEPT = 2_000;

/** Brings a model's own words back to lessons that a workflow knows by their ids only. */
export class LearnedWords {
  private readonly said = new LRUCache<string, ReadonlyMap<string, string>>({ max: ANSWERS_KEPT });

  constructor(private readonly readJson: (tenant: string, ref: string) => Promise<unknown>) {}

  /** Whatever has its words at hand stays as it is. */
  async filledIn<T extends Pick<MemoryItem, 'id' | 'statement' | 'wordsIn'>>(
    tenant: string,
    items: readonly T[],
  ): Promise<T[]> {
    return await Promise.all(
      items.map(async ({ wordsIn, ...item }) => {
        if (wordsIn === undefined) return item as unknown as T;
        const words = await this.wordsIn(tenant, wordsIn);
        return { ...item, statement: words.get(item.id) ?? '' } as unknown as T;
      }),
    );
  }

  private async wordsIn(tenant: string, answerRef: string): Promise<ReadonlyMap<string, string>> {
    const key = `${tenant}/${answerRef}`;
    const known = this.said.get(key);
    if (known) return known;
    const { answer } = (await this.readJson(tenant, answerRef)) as { answer: ChatAnswer };
    const { keep } = readReview(parseJsonAnswer(answer.content).json);
    const words = new Map(keep.map(({ id, statement }) => [id, statement]));
    this.said.set(key, words);
    return words;
  }
}
