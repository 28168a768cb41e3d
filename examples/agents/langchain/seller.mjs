/**
 * A seller whose decisions a LangChain.js chain makes: prompt → chat model → JSON. It is asked over lines, as every
 * program that a worker starts; what LangChain itself prints goes to standard error.
 *
 * Its model is any server of OpenAI's wire. With `OPENAI_BASE_URL=http://127.0.0.1:8080/v1` and Longhaul's own token as
 * `OPENAI_API_KEY` its calls are paid through Longhaul: within a budget, and stored.
 */
import { createInterface } from 'node:readline';
import { SimpleChatModel } from '@langchain/core/language_models/chat_models';
import { JsonOutputParser } from '@langchain/core/output_parsers';
import { ChatPromptTemplate } from '@langchain/core/prompts';

const { OPENAI_BASE_URL = 'https://api.openai.com/v1', OPENAI_API_KEY = '', MODEL = 'gpt-4.1-mini' } = process.env;
const ROLES = { system: 'system', human: 'user', ai: 'assistant' };

console.log = console.error; // standard output is for answers

/** In an agent of your own this is `ChatOpenAI` of `@langchain/openai`; here it needs no second package. */
class ChatCompletions extends SimpleChatModel {
  tokens = 0;

  _llmType() {
    return 'chat-completions';
  }

  async _call(messages, { signal }) {
    const response = await fetch(`${OPENAI_BASE_URL}/chat/completions`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${OPENAI_API_KEY}` },
      body: JSON.stringify({
        model: MODEL,
        max_tokens: 2_000,
        messages: messages.map((message) => ({ role: ROLES[message.getType()], content: message.content })),
      }),
      signal,
    });
    if (!response.ok) throw new Error(`The model answered with status ${response.status}`);
    const { choices, usage } = await response.json();
    this.tokens = usage.prompt_tokens + usage.completion_tokens;
    return choices[0].message.content;
  }
}

const model = new ChatCompletions({});
const prompt = ChatPromptTemplate.fromMessages([
  ['system', '{system}'],
  ['human', '{user}'],
]);
const chain = prompt.pipe(model).pipe(new JsonOutputParser());

for await (const line of createInterface({ input: process.stdin })) {
  const { requestKey, prompt: said } = JSON.parse(line);
  const decision = await chain.invoke(said);
  process.stdout.write(`${JSON.stringify({ requestKey, decision, metrics: { model_tokens: model.tokens } })}\n`);
}
