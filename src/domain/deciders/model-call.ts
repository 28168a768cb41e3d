import type { Json } from '../kernel/canonical-json';
import type { MemoryItem } from '../simulation/memory/memory-item';
import type { MemoryReview } from '../simulation/memory/memory-review';
import type { UnderReview } from '../simulation/memory/under-review';
import type { AgentOf } from './asked-at';

/** One agent asked in one round of one tick. */
export interface DecisionAsked {
  /** How many ticks are done. */
  tick: number;
  /** Unique among the calls of one agent in one tick. */
  callIndex: number;
  view: Json;
  hints: string[];
  /** What it remembers that helps with this view. */
  facts?: MemoryItem[];
  /** What it may still use. */
  budget?: string;
  /** What was wrong with the answer before, when it is asked again in the same tick. */
  feedback?: string;
}

/** One agent's model reviews what it noticed in the last tick. */
export interface ReviewAsked {
  /** How many ticks are done: the last of them is reviewed. */
  tick: number;
  /** Unique among the reviews of one agent in one tick. */
  callIndex: number;
  memory: UnderReview;
}

/** Of the answer, whoever paid for it: the same when it is brought a second time. */
export interface AnswerUsage {
  tokens: number;
  costMicroUsd: number;
}

/** `bad-output`: paid for, and no decision could be read from it. */
export type DecideResult = { costMicroUsd: number; metered: AnswerUsage } & (
  | {
      outcome: 'decided';
      decision: Json;
      feedback: string[];
      /** The stored answer: what the model said of its decision stays there. Absent: in histories from before. */
      wordsIn?: string;
    }
  | { outcome: 'bad-output'; detail: string }
);

/** What a model said is stored; only what it comes to enters the history. */
export interface ReviewResult {
  costMicroUsd: number;
  metered: AnswerUsage;
  review: MemoryReview;
}

/** What has to be asked before an agent's decision is known. */
export type ModelCall =
  | { purpose: 'decision'; agent: AgentOf<'llm'>; asked: DecisionAsked }
  | { purpose: 'review'; agent: AgentOf<'llm'>; asked: ReviewAsked };

/** Among the calls of its tick. */
export function callInTick({ purpose, agent, asked }: ModelCall): string {
  return `${agent.id}${purpose === 'review' ? '/review' : ''}/${asked.callIndex}`;
}

/**
 * Decides, and stops at each call until it is told the answer, or why there is none: whoever goes on with it asks as a
 * workflow does, or finds the answers in a cassette.
 */
export type Deciding<T> = Generator<ModelCall, T, DecideResult | ReviewResult | string>;
