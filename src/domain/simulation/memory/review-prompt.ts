import type { PromptParts } from '../world';
import type { ShownItem, UnderReview } from './under-review';

const REVIEW = `You keep the memory of an agent. You are shown what happened today and what is remembered. Decide what will help on other days; leave out what will not.

Answer with one JSON object and nothing else. Every list may be empty:
{"keep": [{"statement": "…", "type": "…", "subject": "…", "tags": ["…"], "impact": 0.5, "reusability": 0.5, "confidence": 0.5, "novelty": 0.5}], "update": [{"id": "ID of what it says better", "statement": "…"}], "discard": ["ID"]}
The weights are from 0 to 1.`;

const DIGEST = `You keep the long-term memory of an agent: at most 50 notes of at most 400 characters. You are shown today's digest and the notes. Promote what is worth knowing for good, forget what is not.

Answer with one JSON object and nothing else. Every list may be empty:
{"promote": [{"text": "…", "importance": 0.5, "tags": ["…"]}], "forget": ["ID"]}
The importance is from 0 to 1.`;

/** Asks a model to review a tick; its answer goes to `readReview`. */
export function reviewPrompt({ kind, today, remembered }: UnderReview, tick: number): PromptParts {
  const user = { day: tick, today, remembered: remembered.map(printedItem) };
  return { system: kind === 'digest' ? DIGEST : REVIEW, user: JSON.stringify(user) };
}

function printedItem({ id, statement, type, subject, evidence, lastTick, score }: ShownItem): object {
  return { id, statement, type, subject, evidence, lastDay: lastTick, score: Math.round(score * 100) / 100 };
}
