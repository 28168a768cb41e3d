import type { Json } from '../../domain/kernel/canonical-json';
import type { Fields } from '../chat/fields';
import type { PromptMessage } from '../chat/messages';
import type { SeededRandom } from '../seeded-random';

/** All that a model may look at. No clock, no headers, no earlier requests: the answer is a function of this. */
export interface ModelPrompt {
  messages: readonly PromptMessage[];
  /** JSON mode or a schema was asked for. */
  wantsJson: boolean;
  /** The JSON Schema asked for; the server fits `ModelAnswer.json` to it. */
  schema: Fields | null;
  /** Keyed by model, seeds, messages and sampling parameters. */
  random: SeededRandom;
}

/** Text, or a JSON value that the server prints. */
export type ModelAnswer = ({ text: string } | { json: Json }) & {
  /** Added to the latency profile, in ms. */
  delayMs?: number;
  /** Calls the script insists on, whatever tools were offered. */
  toolCalls?: ScriptedCall[];
};

export interface ScriptedCall {
  name: string;
  argumentsJson: string;
}

export interface ScriptedModel {
  id: string;
  /** One line for the list of models. */
  description: string;
  contextTokens: number;
  answer(prompt: ModelPrompt): ModelAnswer;
}

/** The last thing a person or tool said; empty when there is only a system message. */
export function lastUserText(messages: readonly PromptMessage[]): string {
  return messages.findLast((message) => message.role === 'user')?.text ?? '';
}
