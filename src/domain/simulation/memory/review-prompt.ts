import type { PromptParts } from '../world';
import type { AgentMemory } from './agent-memory';
import type { Observation } from './lesson';
import type { MemoryItem } from './memory-item';
import { profileOf } from './memory-modes';

const REVIEW = `You keep the memory of an agent. You are shown what happened today and what is remembered. Decide what will help on other days; leave out what will not.

Answer with one JSON object and nothing else. Every list may be empty:
{"keep": [{"statement": "…", "type": "…", "subject": "…", "tags": ["…"], "impact": 0.5, "reusability": 0.5, "confidence": 0.5, "novelty": 0.5}], "update": [{"id": "ID of what it says better", "statement": "…"}], "discard": ["ID"]}
The weights are from 0 to 1.`;

const DIGEST = `You keep the long-term memory of an agent: at most 50 notes of at most 400 characters. You are shown today's digest and the notes. Promote what is worth knowing for good, forget what is not.

Answer with one JSON object and nothing else. Every list may be empty:
{"promote": [{"text": "…", "importance": 0.5, "tags": ["…"]}], "forget": ["ID"]}
The importance is from 0 to 1.`;

const ITEMS_SHOWN = 50;

/** Asks a model to review a tick; its answer goes to `review`. */
export function reviewPrompt({ settings, pending, items }: AgentMemory, tick: number): PromptParts {
  const system = profileOf(settings.mode).consolidation === 'by-model' ? DIGEST : REVIEW;
  const user = { day: tick, today: pending.map(shownToday), remembered: items.slice(0, ITEMS_SHOWN).map(shownItem) };
  return { system, user: JSON.stringify(user) };
}

function shownToday({ statement, type, subject, tags, impact }: Observation): object {
  return { statement, type, subject, tags, impact };
}

function shownItem({ id, statement, type, subject, evidence, lastTick, score }: MemoryItem): object {
  return { id, statement, type, subject, evidence, lastDay: lastTick, score: Math.round(score * 100) / 100 };
}
