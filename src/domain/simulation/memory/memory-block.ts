import type { MemoryItem } from './memory-item';

const TOKENS_MAX = 2_000;
/** A common estimate for English. */
const CHARS_PER_TOKEN = 4;
const ITEMS_MAX = 20;
const HEADING = 'What you learned on earlier days, the most useful first:';

/** What is recalled, as text for a prompt: at most 20 lessons and 2,000 tokens; whole lessons or none. Empty without any. */
export function memoryBlock(items: readonly MemoryItem[], tokensMax = TOKENS_MAX): string {
  const lines: string[] = [];
  let room = tokensMax * CHARS_PER_TOKEN - HEADING.length;
  for (const item of items.slice(0, ITEMS_MAX)) {
    const line = lineOf(item);
    if (line.length + 1 > room) break;
    lines.push(line);
    room -= line.length + 1;
  }
  return lines.length === 0 ? '' : [HEADING, ...lines].join('\n');
}

function lineOf({ type, subject, evidence, lastTick, confidence, statement }: MemoryItem): string {
  const about = subject === undefined ? type : `${type} ${subject}`;
  const often = evidence === 1 ? 'once' : `${evidence} times`;
  return `- [${about}; seen ${often}, last on day ${lastTick}; confidence ${confidence.toFixed(2)}] ${statement}`;
}
