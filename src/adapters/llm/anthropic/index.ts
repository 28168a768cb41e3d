import Anthropic from '@anthropic-ai/sdk';
import type { ChatAnswer } from '../../../domain/llm/chat';
import { ownName, WIRE_NAMES } from '../names';
import type { Batches, Provider, ProviderCall, ProviderFamily, ProviderSettings } from '../provider';
import { attemptHeaders } from '../wire/attempt-headers';
import { guardedAttempt } from '../wire/guarded-attempt';
import { AnthropicBatches } from './batches';
import { readError } from './failure';
import { readStream } from './read-stream';
import { toWire } from './to-wire';

const TERMINATOR = /\nevent: ?message_stop/;

export interface AnthropicOptions {
  /** Shown in errors, limits and the ledger. */
  name: string;
  /** Without `/v1`. */
  baseUrl: string;
  apiKey: string;
  maxResponseBytes?: number;
  /** Message batches, at half the price. `namesAttempts`: it may be told the attempt's key as the user's id. */
  batches?: { namesAttempts: boolean };
}

/** Anthropic's messages, through the official client with its retries, its log and its traces switched off. */
export class AnthropicProvider implements Provider {
  readonly name: string;
  readonly batches?: Batches;
  readonly #client: Anthropic;

  constructor(private readonly options: AnthropicOptions) {
    this.name = options.name;
    this.#client = new Anthropic({
      apiKey: options.apiKey,
      baseURL: options.baseUrl,
      maxRetries: 0,
      logLevel: 'off', // its error log prints whole answers
      openTelemetry: false,
    });
    const { apiKey, batches } = options;
    if (batches) this.batches = new AnthropicBatches(this.#client, batches.namesAttempts, [apiKey]);
  }

  /** @throws ProviderFailure */
  complete(call: ProviderCall): Promise<ChatAnswer> {
    const { apiKey, maxResponseBytes } = this.options;
    const wire = { secrets: [apiKey], terminator: TERMINATOR, readError, maxResponseBytes };
    return guardedAttempt(call, wire, async ({ fetch, signal, timeoutMs, accepted, progressed }) => {
      const stream = await this.#client.withOptions({ fetch }).messages.create(toWire(call.request), {
        headers: attemptHeaders(call.attemptKey),
        signal,
        timeout: timeoutMs,
      });
      accepted();
      return readStream(stream, progressed);
    });
  }
}

const { maker, scripted } = WIRE_NAMES.anthropic;

export const anthropic: ProviderFamily = {
  wire: 'anthropic',
  serves: 'claude-* and anthropic:*',
  keySetting: 'ANTHROPIC_API_KEY',
  open: (settings) => (settings.anthropicApiKey === undefined ? null : at(settings, settings.anthropicApiKey)),
  atModelServer: (url) =>
    new AnthropicProvider({
      ...{ name: scripted, baseUrl: url, apiKey: 'none-needed' },
      batches: { namesAttempts: true },
    }),
};

function at(settings: ProviderSettings, apiKey: string): Provider {
  const name = ownName('anthropic', settings);
  return new AnthropicProvider({
    name,
    baseUrl: settings.anthropicBaseUrl.replace(/\/+$/, '').replace(/\/v1$/, ''),
    apiKey,
    ...(name === maker ? { batches: { namesAttempts: false } } : {}),
  });
}
