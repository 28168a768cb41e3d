import { memoryBlock } from '../memory/memory-block';
import type { MemoryItem } from '../memory/memory-item';
import type { PromptParts } from '../world';

/** Whether an agent is told that it is compared with others: an experiment of its own. */
export const COMPETITION_AWARENESS = ['aware', 'unaware'] as const;
export type CompetitionAwareness = (typeof COMPETITION_AWARENESS)[number];

/** What an agent is told besides what it sees of its world. All of it may be left out. */
export interface Briefing {
  memory?: readonly MemoryItem[];
  /** What it may still use, as text. */
  budget?: string;
  awareness?: CompetitionAwareness;
}

const COMPETES =
  'You are one of several agents that play this scenario under the same conditions. Your result is ranked against theirs.';

/** The prompt of a world with what this agent knows. What does not change from tick to tick goes to `system`. */
export function briefed({ system, user }: PromptParts, { memory = [], budget = '', awareness }: Briefing): PromptParts {
  const blocks = [user, memoryBlock(memory), budget];
  return {
    system: awareness === 'aware' ? `${system}\n\n${COMPETES}` : system,
    user: blocks.filter((block) => block !== '').join('\n\n'),
  };
}
