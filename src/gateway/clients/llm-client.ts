import { randomUUID } from 'node:crypto';
import { createProviders, openPriceBook, type PriceBook, type ProviderRegistry } from '../../adapters/llm';
import { ProviderFailure } from '../../adapters/llm/provider';
import { retryDelayMs, type RetryPolicy } from '../../domain/agents/retry';
import { assert, present } from '../../domain/kernel/assert';
import { LonghaulError } from '../../domain/kernel/errors';
import { attemptKeyOf } from '../../domain/kernel/ids';
import type { MicroUsd } from '../../domain/kernel/money';
import type { ChatRequest, Usage } from '../../domain/llm/chat';
import { deadlinesOf } from '../../domain/llm/deadlines';
import { extraProblem } from '../../domain/llm/extra';
import type { FailureClass } from '../../domain/llm/failure-class';
import { costOf } from '../../domain/llm/pricing';
import { toModelError } from '../model-error';
import { sleep } from '../sleep';
import { callMetrics, type CallMetrics, type CallSubject } from './call-metrics';
import { llmResponse, type LLMResponse } from './llm-response';
import { chatMessages, toolDeclarations, type WireMessage, type WireTool } from './wire-messages';

const OPENAI_URL = 'https://api.openai.com/v1';
const ANTHROPIC_URL = 'https://api.anthropic.com';
const MAX_TOKENS = 4_096;
const TIMEOUT_MS = 30_000;

/** Rate limits and connections; what may have been billed is not asked again behind the caller's back. */
const RETRIED: ReadonlySet<FailureClass> = new Set(['retryable-after', 'retryable', 'unreachable']);
const RETRY: RetryPolicy = {
  strategy: 'exponential_backoff',
  baseDelaySeconds: 4,
  maxDelaySeconds: 10,
  exponentialBase: 2,
  jitter: true,
};

export interface LLMClientOptions {
  apiKey: string;
  /** By default the provider's own address. */
  apiBase?: string;
  /** For calls that name none: `gpt-4.1`, `openai/gpt-4.1`, `anthropic/claude-sonnet-5`. */
  model?: string;
  /** Whole attempt, in ms. */
  timeoutMs?: number;
  /** Attempts of `aquery`, 3 by default. */
  attempts?: number;
  /** Between attempts of `aquery`; by default 4 to 10 s. */
  retryPolicy?: RetryPolicy;
  /** YAML file with prices that override or extend the built-in table. */
  priceFile?: string;
  /** Told of every answer to `aquery` that names its conversation; its error rejects the query. */
  onMetrics?(metrics: CallMetrics): void | Promise<void>;
}

/** Further members go to the provider as they are. */
export interface CompletionOptions extends Record<string, unknown> {
  model?: string;
  temperature?: number;
  maxTokens?: number;
  tools?: readonly WireTool[];
  signal?: AbortSignal;
}

export interface QueryOptions extends CompletionOptions, Partial<CallSubject> {}

/**
 * One provider account as a library: no installation, no budgets, no shared limits. Calls that have to be durable or
 * bounded are agents of a run.
 *
 * Every method throws LonghaulError (ModelFailed, ModelRefused, AgentTimeout, SpendCap, ProviderUnreachable), and
 * InvariantError for parameters that cannot be sent.
 */
export class LLMClient {
  readonly #providers: ProviderRegistry;
  readonly #prices: PriceBook;

  constructor(
    private readonly options: LLMClientOptions,
    /** Through which wire models are asked whose name does not say it. */
    private readonly wire?: 'openai' | 'anthropic',
  ) {
    const { apiKey, apiBase, priceFile } = options;
    const addresses = { openaiBaseUrl: apiBase ?? OPENAI_URL, anthropicBaseUrl: apiBase ?? ANTHROPIC_URL };
    this.#providers = createProviders({
      ...{ ...addresses, modelServerUrl: apiBase },
      ...{ openaiApiKey: apiKey, anthropicApiKey: apiKey },
    });
    this.#prices = openPriceBook({ priceFile, ...addresses });
  }

  /** @param prompt a text, or messages */
  async complete(prompt: string | readonly WireMessage[], options: CompletionOptions = {}): Promise<LLMResponse> {
    const messages = typeof prompt === 'string' ? [{ role: 'user', content: prompt }] : prompt;
    return await this.#ask(messages, options, 1);
  }

  async completeWithTools(
    messages: readonly WireMessage[],
    options: CompletionOptions & { tools: readonly WireTool[] },
  ): Promise<LLMResponse> {
    return await this.#ask(messages, options, 1);
  }

  /** One attempt. */
  async query(messages: readonly WireMessage[], options: CompletionOptions = {}): Promise<LLMResponse> {
    return await this.#ask(messages, options, 1);
  }

  /** Asked again after rate limits and lost connections; its metrics are published when the conversation is named. */
  async aquery(messages: readonly WireMessage[], options: QueryOptions = {}): Promise<LLMResponse> {
    const { conversationId, agentId, branchId, ...rest } = options;
    const response = await this.#ask(messages, rest, this.options.attempts ?? 3);
    if (conversationId !== undefined)
      await this.options.onMetrics?.(callMetrics({ conversationId, agentId, branchId }, response));
    return response;
  }

  async #ask(messages: readonly WireMessage[], options: CompletionOptions, attempts: number): Promise<LLMResponse> {
    const request = this.#requestOf(messages, options);
    const callKey = `library/${randomUUID()}`;
    for (let n = 1; ; n += 1) {
      try {
        return await this.#attempt(request, callKey, n, options.signal);
      } catch (error) {
        if (!ProviderFailure.is(error)) throw error;
        const { facts } = error;
        if (facts.class === 'cancelled') options.signal?.throwIfAborted();
        if (n >= attempts || !RETRIED.has(facts.class)) throw this.#errorOf(request, callKey, error);
        const waitMs = retryDelayMs(this.options.retryPolicy ?? RETRY, n, Math.random(), facts.retryAfterMs ?? 0);
        await sleep(waitMs, options.signal ?? new AbortController().signal);
      }
    }
  }

  async #attempt(request: ChatRequest, callKey: string, n: number, signal?: AbortSignal): Promise<LLMResponse> {
    const provider = this.#providers.providerFor(request.model);
    const sentAt = performance.now();
    const answer = await provider.complete({
      ...{ request, attemptKey: attemptKeyOf(callKey, n), deadlines: deadlinesOf(this.#timeoutMs) },
      signal: signal ?? new AbortController().signal,
    });
    return llmResponse(answer, {
      provider: provider.name,
      latencyMs: Math.round(performance.now() - sentAt),
      costMicroUsd: this.#costOf(request.model, answer.usage),
      attempts: n,
    });
  }

  #requestOf(messages: readonly WireMessage[], options: CompletionOptions): ChatRequest {
    const { model, temperature, maxTokens = MAX_TOKENS, tools = [], signal: _signal, ...extra } = options;
    const problem = extraProblem(extra);
    assert(problem === undefined, `LLMClient: further parameters: ${problem}`);
    const declared = toolDeclarations(tools);
    return {
      model: this.#nameOf(present(model ?? this.options.model, 'LLMClient: name a model, here or in the constructor')),
      messages: chatMessages(messages),
      ...{ maxTokens, temperature },
      ...(declared.length > 0 ? { tools: declared } : {}),
      ...(Object.keys(extra).length > 0 ? { extra } : {}),
    };
  }

  /** `openai/…` and `anthropic/…` name the wire, as many programs write it. */
  #nameOf(model: string): string {
    const [, said, name] = /^(openai|anthropic)[/:](.+)$/.exec(model) ?? [];
    if (said !== undefined) return `${said}:${name}`;
    return this.wire === undefined ? model : `${this.wire}:${model}`;
  }

  #costOf(model: string, usage: Usage): MicroUsd | null {
    try {
      return costOf(this.#prices.priceOf(model), usage);
    } catch (error) {
      if (LonghaulError.is(error) && error.code === 'UnknownPrice') return null;
      throw error;
    }
  }

  #errorOf(request: ChatRequest, callKey: string, failure: ProviderFailure): LonghaulError {
    const provider = this.#providers.providerFor(request.model).name;
    const error = toModelError({ callKey, request, timeoutMs: this.#timeoutMs }, provider, failure.facts, null);
    return new LonghaulError(error.code, error.params, error.problems, { cause: failure });
  }

  get #timeoutMs(): number {
    return this.options.timeoutMs ?? TIMEOUT_MS;
  }
}

/** Through OpenAI's wire format, whatever the model's name. */
export class OpenAIClient extends LLMClient {
  constructor(options: LLMClientOptions) {
    super(options, 'openai');
  }
}

/** Through Anthropic's wire format, whatever the model's name. */
export class AnthropicClient extends LLMClient {
  constructor(options: LLMClientOptions) {
    super(options, 'anthropic');
  }
}
