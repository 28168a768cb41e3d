import { AsyncLocalStorage } from 'node:async_hooks';
import OpenAI from 'openai';
import { present } from '../../../domain/kernel/assert';
import type { ChatAnswer } from '../../../domain/llm/chat';
import { ownName, WIRE_NAMES } from '../names';
import type { Background, Batches, Provider, ProviderCall, ProviderFamily, ProviderSettings } from '../provider';
import { attemptHeaders, keyOfCall } from '../wire/attempt-headers';
import { guardedAttempt } from '../wire/guarded-attempt';
import { OpenAiBatches } from './batches';
import { readError } from './failure';
import { readStream } from './read-stream';
import { OpenAiBackground } from './responses';
import { toWire, type Dialect } from './to-wire';

const TERMINATOR = /\ndata: ?\[DONE\]/;

export interface OpenAiOptions {
  /** Shown in errors, limits and the ledger. */
  name: string;
  /** With `/v1`. */
  baseUrl: string;
  apiKey: string;
  dialect: Dialect;
  maxResponseBytes?: number;
}

/** OpenAI and everything that speaks its wire format, through the official client with its retries switched off. */
export class OpenAiProvider implements Provider {
  readonly name: string;
  readonly background?: Background;
  readonly batches?: Batches;
  readonly #client: OpenAI;
  /** Of the attempt that is under way: a client of its own for each would be made of twenty objects. */
  readonly #fetch = new AsyncLocalStorage<typeof fetch>();

  constructor(private readonly options: OpenAiOptions) {
    this.name = options.name;
    this.#client = new OpenAI({
      apiKey: options.apiKey,
      baseURL: options.baseUrl,
      organization: null,
      project: null,
      maxRetries: 0,
      fetch: (...asked) => present(this.#fetch.getStore(), 'a request without an attempt around it')(...asked),
      logLevel: 'off', // its error log prints whole answers
    });
    const { apiKey, maxResponseBytes, dialect } = options;
    const wire = { secrets: [apiKey], readError, maxResponseBytes };
    if (dialect.responses) this.background = new OpenAiBackground(this.#client, dialect.responses, wire);
    if (dialect.hasBatches) this.batches = new OpenAiBatches(this.#client, dialect, [apiKey]);
  }

  /** @throws ProviderFailure */
  complete(call: ProviderCall): Promise<ChatAnswer> {
    const { apiKey, dialect, maxResponseBytes } = this.options;
    const wire = { secrets: [apiKey], terminator: TERMINATOR, readError, maxResponseBytes };
    return guardedAttempt(call, wire, async ({ fetch, signal, timeoutMs, accepted, progressed }) => {
      const body = toWire(call.request, call.attemptKey, dialect);
      const headers = attemptHeaders(call.attemptKey, dialect.honoursKeys ? keyOfCall(call) : undefined);
      const options = { headers, signal, timeout: timeoutMs };
      const stream = await this.#fetch.run(fetch, () => this.#client.chat.completions.create(body, options));
      accepted();
      return readStream(stream, progressed);
    });
  }
}

const { maker, scripted } = WIRE_NAMES.openai;

export const openai: ProviderFamily = {
  wire: 'openai',
  serves: 'every other name',
  keySetting: 'OPENAI_API_KEY',
  open: (settings) => (settings.openaiApiKey === undefined ? null : at(settings, settings.openaiApiKey)),
  atModelServer: (url, settings) =>
    new OpenAiProvider({
      name: scripted,
      baseUrl: `${url}/v1`,
      apiKey: 'none-needed',
      dialect: {
        maxTokensField: 'max_completion_tokens',
        sendsMetadata: true,
        honoursKeys: honoursKeys(settings, scripted),
        responses: { sendsSeed: true },
        hasBatches: true,
      },
    }),
};

function at(settings: ProviderSettings, apiKey: string): Provider {
  const { openaiBaseUrl: baseUrl } = settings;
  const name = ownName('openai', settings);
  const isOpenAi = name === maker;
  return new OpenAiProvider({
    name,
    baseUrl,
    apiKey,
    dialect: {
      maxTokensField: isOpenAi ? 'max_completion_tokens' : 'max_tokens',
      sendsMetadata: false,
      honoursKeys: honoursKeys(settings, name),
      ...(isOpenAi ? { responses: { sendsSeed: false }, hasBatches: true } : {}),
    },
  });
}

function honoursKeys({ idempotentProviders = '' }: ProviderSettings, name: string): boolean {
  return idempotentProviders.split(',').some((listed) => listed.trim() === name);
}
