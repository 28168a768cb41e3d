import { objectSchema, type Skill, SKILL_TEXT_CHARS_MAX, succeeded } from './skill';

const SENTENCES_MAX = 50;
/** Shorter words carry grammar, not subject. */
const WORD_CHARS_MIN = 4;
/** A sentence of fewer words is weighed as if it had as many. */
const WORDS_MIN = 4;

/** Extractive: sentences of the text itself, so it says nothing that the text does not say. */
export const summarize: Skill = {
  spec: {
    name: 'summarize',
    description:
      'Shortens a text to its own sentences: the most central ones (those that share most words with the rest), or the leading ones.',
    parameters: objectSchema(
      {
        text: { type: 'string', minLength: 1, maxLength: SKILL_TEXT_CHARS_MAX },
        sentences: { type: 'integer', minimum: 1, maximum: SENTENCES_MAX, description: 'How many; 3 when absent.' },
        method: { enum: ['central', 'leading'], description: '`central` when absent.' },
      },
      ['text'],
    ),
    sideEffects: false,
    pure: true,
  },
  run({ text, sentences = 3, method = 'central' }) {
    const all = sentencesOf(String(text));
    const count = Number(sentences);
    return succeeded((method === 'leading' ? all.slice(0, count) : mostCentral(all, count)).join(' '));
  },
};

/** Ends are . ! ? before white space, and empty lines (headings and list items have no full stop). */
export function sentencesOf(text: string): string[] {
  return text
    .split(/\n\s*\n|(?<=[.!?…])\s/u)
    .map((sentence) => sentence.split(/\s+/u).join(' ').trim())
    .filter((sentence) => sentence !== '');
}

/** In the order of the text; of two that are as central the earlier one. */
function mostCentral(sentences: readonly string[], count: number): string[] {
  const words = sentences.map(wordsOf);
  const frequency = new Map<string, number>();
  for (const word of words.flatMap((distinct) => [...distinct])) frequency.set(word, (frequency.get(word) ?? 0) + 1);
  const scores = words.map((distinct) => centrality(distinct, frequency));
  const ranked = sentences.map((_, index) => index).sort((a, b) => scores[b]! - scores[a]! || a - b);
  const kept = new Set(ranked.slice(0, count));
  return sentences.filter((_, index) => kept.has(index));
}

function wordsOf(sentence: string): Set<string> {
  const words = sentence.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];
  return new Set(words.filter((word) => word.length >= WORD_CHARS_MIN));
}

/** By the root of the length the longest sentence does not win by its length alone; nor does a heading of one word. */
function centrality(words: ReadonlySet<string>, frequency: ReadonlyMap<string, number>): number {
  if (words.size === 0) return 0;
  const shared = [...words].reduce((sum, word) => sum + frequency.get(word)! - 1, 0);
  return shared / Math.sqrt(Math.max(words.size, WORDS_MIN));
}
