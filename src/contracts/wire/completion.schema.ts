import { z } from 'zod';
import { PRIORITY_CLASSES } from '../../domain/llm/fair-queue';
import { microUsd } from './common.schema';

/** OpenAI's chat completions, as far as they are taken. Null means "not given" there, so it does here. */
export const COMPLETION_LIMITS = {
  messagesMax: 2_000,
  partsMax: 1_000,
  toolsMax: 128,
  stopsMax: 4,
  maxTokensMax: 1_000_000,
  maxTokensDefault: 1_000,
  waitMsDefault: 60_000,
  waitMsMax: 600_000,
  timeoutMsDefault: 180_000,
  timeoutMsMax: 600_000,
} as const;

const functionName = z.string().regex(/^[a-zA-Z0-9_-]{1,64}$/, 'Expected 1 to 64 letters, digits, _ and -.');
const jsonSchema = z.record(z.string(), z.unknown()).meta({ description: 'A JSON Schema.' });
const parts = z
  .array(z.strictObject({ type: z.literal('text'), text: z.string() }))
  .min(1)
  .max(COMPLETION_LIMITS.partsMax);
const content = z.union([z.string(), parts], {
  error: 'Expected a text or a list of parts {"type": "text", "text": …}; images, audio and files are not taken.',
});

const toolCall = z.strictObject({
  id: z.string().min(1).max(256),
  type: z.literal('function'),
  function: z.strictObject({ name: functionName, arguments: z.string() }),
});

/** What a client sends back of an earlier answer is passed over where it says nothing to the model. */
const assistantMessage = z.strictObject({
  role: z.literal('assistant'),
  content: content.nullish(),
  refusal: z.string().nullish(),
  tool_calls: z.array(toolCall).max(COMPLETION_LIMITS.toolsMax).nullish(),
  annotations: z.array(z.unknown()).nullish(),
  audio: z.null().optional(),
  function_call: z.null().optional(),
  parsed: z.unknown().optional(),
});

const message = z.discriminatedUnion('role', [
  z.strictObject({ role: z.literal('system'), content }),
  z.strictObject({ role: z.literal('developer'), content }),
  z.strictObject({ role: z.literal('user'), content }),
  assistantMessage,
  z.strictObject({ role: z.literal('tool'), content, tool_call_id: z.string().min(1).max(256) }),
]);

const tool = z.strictObject({
  type: z.literal('function'),
  function: z.strictObject({
    name: functionName,
    description: z.string().nullish(),
    parameters: jsonSchema.nullish(),
    strict: z.boolean().nullish(),
  }),
});

const responseFormat = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('text') }),
  z.strictObject({ type: z.literal('json_object') }),
  z.strictObject({
    type: z.literal('json_schema'),
    json_schema: z.strictObject({
      name: functionName,
      description: z.string().nullish(),
      schema: jsonSchema,
      strict: z.boolean().nullish(),
    }),
  }),
]);

const longhaulOptions = z
  .strictObject({
    budgetMicroUsd: z
      .int()
      .min(1)
      .max(1e12)
      .optional()
      .meta({ description: 'Most that this call may cost, retries included.' }),
    priority: z.enum(PRIORITY_CLASSES).optional(),
    maxWaitMs: z
      .int()
      .min(0)
      .max(COMPLETION_LIMITS.waitMsMax)
      .optional()
      .meta({ description: 'Longest wait for room in budgets and for rate limits.' }),
    timeoutMs: z
      .int()
      .min(1_000)
      .max(COMPLETION_LIMITS.timeoutMsMax)
      .optional()
      .meta({ description: 'Longest time of one attempt.' }),
  })
  .meta({ description: 'Not in OpenAI: what Longhaul is told of this call.' });

const maxTokens = z.int().min(1).max(COMPLETION_LIMITS.maxTokensMax);
const neutral = <T extends string | number | boolean>(value: T, message: string) =>
  z.literal(value, { error: message }).nullish();

export const completionRequestSchema = z
  .strictObject({
    model: z.string().min(1).max(200),
    messages: z.array(message).min(1).max(COMPLETION_LIMITS.messagesMax),
    max_tokens: maxTokens.nullish(),
    max_completion_tokens: maxTokens.nullish(),
    temperature: z.number().min(0).max(2).nullish(),
    top_p: z.number().min(0).max(1).nullish(),
    seed: z.int().nullish(),
    stop: z
      .union([z.string().min(1).max(256), z.array(z.string().min(1).max(256)).min(1).max(COMPLETION_LIMITS.stopsMax)])
      .nullish(),
    tools: z.array(tool).min(1).max(COMPLETION_LIMITS.toolsMax).nullish(),
    tool_choice: z.enum(['auto', 'none'], { error: 'Expected auto or none; other choices are not taken.' }).nullish(),
    response_format: responseFormat.nullish(),
    stream: z.boolean().nullish(),
    stream_options: z
      .strictObject({ include_usage: z.boolean().nullish(), include_obfuscation: z.boolean().nullish() })
      .nullish(),
    user: z.string().max(512).nullish(),
    metadata: z
      .record(z.string().max(64), z.string().max(512))
      .refine((pairs) => Object.keys(pairs).length <= 16, 'Expected at most 16 pairs.')
      .nullish(),
    // Sent by default by some clients: what changes nothing is taken.
    n: neutral(1, 'Only 1 is taken: each choice is a call of its own, with a result of its own.'),
    frequency_penalty: neutral(0, 'Only 0 is taken.'),
    presence_penalty: neutral(0, 'Only 0 is taken.'),
    logprobs: neutral(false, 'Only false is taken.'),
    store: neutral(false, 'Only false is taken: the call is kept here, not at the provider.'),
    parallel_tool_calls: neutral(true, 'Only true is taken.'),
    longhaul: longhaulOptions.optional(),
  })
  .refine((body) => body.max_tokens == null || body.max_completion_tokens == null, {
    path: ['max_tokens'],
    error: 'Expected only one of max_tokens and max_completion_tokens.',
  });

export type CompletionBody = z.infer<typeof completionRequestSchema>;

/** Whether an answer was paid for by this very request, by one before it that was still under way, or long before. */
export const COMPLETION_SOURCES = ['paid', 'attached', 'stored'] as const;
export type CompletionSource = (typeof COMPLETION_SOURCES)[number];

const usage = z.object({
  prompt_tokens: z.int(),
  completion_tokens: z.int(),
  total_tokens: z.int(),
  prompt_tokens_details: z.object({ cached_tokens: z.int() }),
});

export const completionSchema = z.object({
  id: z.string(),
  object: z.literal('chat.completion'),
  created: z.int().meta({ description: 'Seconds since 1970.' }),
  model: z.string(),
  choices: z.array(
    z.object({
      index: z.int(),
      message: z.object({
        role: z.literal('assistant'),
        content: z.string().nullable(),
        refusal: z.string().nullable(),
        tool_calls: z.array(toolCall).optional(),
      }),
      logprobs: z.null(),
      finish_reason: z.enum(['stop', 'length', 'tool_calls', 'content_filter']),
    }),
  ),
  usage,
  longhaul: z.object({ callKey: z.string(), costMicroUsd: microUsd, source: z.enum(COMPLETION_SOURCES) }),
});

export type CompletionView = z.infer<typeof completionSchema>;

/** One event of a stream; the last one but `[DONE]` has the usage, where it was asked for. */
export interface CompletionChunk extends Omit<CompletionView, 'object' | 'choices' | 'usage' | 'longhaul'> {
  object: 'chat.completion.chunk';
  choices: {
    index: 0;
    delta: {
      role?: 'assistant';
      content?: string | null;
      refusal?: string;
      tool_calls?: (z.infer<typeof toolCall> & { index: number })[];
    };
    logprobs: null;
    finish_reason: CompletionView['choices'][number]['finish_reason'] | null;
  }[];
  usage?: CompletionView['usage'] | null;
  longhaul?: CompletionView['longhaul'];
}

export const modelListSchema = z.object({
  object: z.literal('list'),
  data: z.array(z.object({ id: z.string(), object: z.literal('model'), created: z.int(), owned_by: z.string() })),
});

export type ModelList = z.infer<typeof modelListSchema>;

/** Every error below `/v1`: what OpenAI's clients read. */
export const openAiErrorSchema = z
  .object({
    error: z.object({
      message: z.string(),
      type: z.string(),
      param: z.string().nullable().meta({ description: 'The field that is to blame.' }),
      code: z.string().meta({ description: "OpenAI's word where it has one, else the code of the error table." }),
    }),
  })
  .meta({ id: 'OpenAiError' });

export type OpenAiError = z.infer<typeof openAiErrorSchema>;
