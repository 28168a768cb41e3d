import { findAgent } from './agent-name';
import { erpAgentMentioned, erpAgentNamed } from './erp';
import type { ErpAgent } from './erp/erp-agent';
import { read, type JsonRecord } from './erp/reading';
import { lastUserText, type ModelAnswer, type ModelPrompt, type ScriptedModel } from './scripted-model';

/**
 * Plays the eleven agents of the ERP graph: reads the JSON that the agents before it left in the prompt, and answers
 * with JSON that the agents behind it use. Other agents get a short answer of no particular trade.
 */
export const scriptedErp: ScriptedModel = {
  id: 'scripted-erp',
  description: 'Plays the agents of the ERP graph; reads and writes their JSON.',
  contextTokens: 128_000,
  answer(prompt) {
    const name = findAgent(prompt.messages);
    const agent = roleOf(prompt, name);
    return agent === null ? generalAnswer(prompt, name) : { json: inEnvelope(prompt, name ?? agent.role, agent) };
  },
};

/** A named agent plays its role or none; only a prompt without a name is searched for one. */
function roleOf({ messages }: ModelPrompt, name: string | null): ErpAgent | null {
  return name === null ? erpAgentMentioned(messages.map((message) => message.text).join('\n')) : erpAgentNamed(name);
}

/** `reference` and `confidence` come from the seed: what a model would word differently each time. */
function inEnvelope({ messages, random }: ModelPrompt, name: string, agent: ErpAgent): JsonRecord {
  const text = messages
    .filter((message) => message.role !== 'assistant')
    .map((message) => message.text)
    .join('\n\n');
  const body = agent.answer(read(text, random));
  return { agent: name, ...body, confidence: random.integer(80, 98) / 100, reference: `ERP-${random.hex(8)}` };
}

function generalAnswer({ messages, wantsJson, random }: ModelPrompt, name: string | null): ModelAnswer {
  const task = lastUserText(messages).replace(/\s+/g, ' ').trim().slice(0, 200);
  const reference = `ERP-${random.hex(8)}`;
  if (wantsJson) return { json: { agent: name, result: `Done: ${task}`, status: 'completed', reference } };
  return { text: `${name ?? 'The agent'} has done the task (${reference}): ${task}` };
}
