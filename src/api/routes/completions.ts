import {
  completionRequestSchema,
  completionSchema,
  modelListSchema,
  type CompletionBody,
  type CompletionView,
  type ModelList,
} from '../../contracts/api.schema';
import { callHeaders, completionOf, storedAnswer } from '../services/completion-answer';
import { type AskedCall, askModel } from '../services/completion-call';
import { completionEvents } from '../services/completion-stream';
import { reachableModels } from '../services/models';
import { type Reply, type RequestContext, route, type Route } from '../route';

const QUESTION: CompletionBody = { model: 'scripted-echo', messages: [{ role: 'user', content: 'Say hello.' }] };
const COMPLETION: CompletionView = {
  id: 'chatcmpl-01938f3a-7c00-7000-8000-0123456789ab',
  object: 'chat.completion',
  created: 1_767_225_600,
  model: 'scripted-echo',
  choices: [
    {
      index: 0,
      message: { role: 'assistant', content: 'hello', refusal: null },
      logprobs: null,
      finish_reason: 'stop',
    },
  ],
  usage: {
    prompt_tokens: 12,
    completion_tokens: 1,
    total_tokens: 13,
    prompt_tokens_details: { cached_tokens: 0 },
  },
  longhaul: { callKey: 'chat/01938f3a-7c00-7000-8000-0123456789ab', costMicroUsd: 5, source: 'paid' },
};
const MODELS: ModelList = {
  object: 'list',
  data: [{ id: 'scripted-echo', object: 'model', created: 1_767_225_600, owned_by: 'longhaul' }],
};

export const completionRoutes: readonly Route[] = [
  route({
    method: 'post',
    path: '/v1/chat/completions',
    operationId: 'createChatCompletion',
    tag: 'OpenAI',
    summary: 'Ask a model, as OpenAI is asked',
    description:
      'For any client of OpenAI with this address as its base URL: the same budgets, limits and ledger as for runs. The call goes on when the client leaves; the same Idempotency-Key finds it again and is not paid twice.',
    errorFormat: 'openai',
    body: { schema: completionRequestSchema, formats: ['json'], example: QUESTION },
    idempotent: true,
    replies: {
      200: {
        description: 'The answer; with `stream: true` as server-sent events of chunks.',
        schema: completionSchema,
        example: COMPLETION,
        events: true,
      },
    },
    errors: [
      ...(['UnknownModel', 'UnknownPrice', 'BudgetExceeded', 'QueueTimeout', 'RequestTooLargeForLimit'] as const),
      ...(['ModelRefused', 'SpendCap', 'CallFailed', 'PoisonCall', 'AgentTimeout', 'AnswerReplaced'] as const),
      ...(['StandaloneActivitiesOff', 'PayloadStoreFailed', 'Internal'] as const),
    ],
    handle: async ({ body }, context) => {
      const call = await askModel(context, body);
      return body.stream === true ? await streamed(context, body, call) : await whole(context, call);
    },
  }),
  route({
    method: 'get',
    path: '/v1/models',
    operationId: 'listModels',
    tag: 'OpenAI',
    summary: 'The models that can be asked',
    description: 'Asked of the configured providers, and kept for a minute; one that does not answer is left out.',
    errorFormat: 'openai',
    replies: { 200: { description: 'All of them.', schema: modelListSchema, example: MODELS } },
    errors: [],
    handle: async (_input, { deps }) => ({
      status: 200,
      body: { object: 'list', data: await reachableModels(deps) } satisfies ModelList,
    }),
  }),
];

async function whole(context: RequestContext, call: AskedCall): Promise<Reply> {
  const stored = await storedAnswer(context.deps, context.tenant, call, context.gone);
  const cost = { 'x-longhaul-cost-micro-usd': String(stored.result.costMicroUsd) };
  return { status: 200, body: completionOf(call, stored), headers: { ...callHeaders(call), ...cost } };
}

/** The first event is waited for here: what fails before it is still answered with a status. */
async function streamed(context: RequestContext, body: CompletionBody, call: AskedCall): Promise<Reply> {
  const events = completionEvents(context, body, call);
  const first = await events.next();
  return { status: 200, headers: callHeaders(call), events: resumed(first, events) };
}

async function* resumed(first: IteratorResult<string>, rest: AsyncGenerator<string>): AsyncGenerator<string> {
  if (first.done !== true) yield first.value;
  yield* rest;
}
