import { createHash } from 'node:crypto';
import type Anthropic from '@anthropic-ai/sdk';
import type { MessageBatch } from '@anthropic-ai/sdk/resources/messages/batches';
import type { ChatRequest } from '../../../domain/llm/chat';
import {
  ProviderFailure,
  type BatchAnswer,
  type Batches,
  type BatchState,
  type FoundBatch,
  type SoughtBatch,
} from '../provider';
import { boundedAsk, type AskOptions } from '../wire/bounded-ask';
import {
  ASK_WITHIN_MS,
  CLOCKS_DIFFER_MS,
  FILE_BYTES_MAX,
  MOVE_FILE_WITHIN_MS,
  PAGE,
  PAGES_MAX,
  STATE_BYTES_MAX,
} from '../wire/batch-limits';
import { IncompleteAnswer } from '../wire/incomplete';
import { label } from '../wire/label';
import { customIdOfLine, readResultLine } from './batch-answers';
import { readError } from './failure';
import { requestsOf, stateOf } from './read-batch';
import { toWire } from './to-wire';

const ROOT = '/v1/messages/batches';

/** Anthropic's message batches. */
export class AnthropicBatches implements Batches {
  constructor(
    private readonly client: Anthropic,
    private readonly namesAttempts: boolean,
    private readonly secrets: readonly string[],
  ) {}

  lineOf(attemptKey: string, request: ChatRequest): string {
    const { stream: _, ...params } = toWire(request);
    const named = this.namesAttempts ? { metadata: { user_id: attemptKey } } : {};
    return JSON.stringify({ custom_id: this.customIdOf(attemptKey), params: { ...params, ...named } });
  }

  /** Anthropic takes up to 64 letters, digits, hyphens and underscores; a SHA-256 has 43 of them. */
  customIdOf(attemptKey: string): string {
    return createHash('sha256').update(attemptKey).digest('base64url');
  }

  submit(name: string, lines: readonly string[], signal: AbortSignal): Promise<string> {
    const body = `{"requests":[${lines.join(',')}]}`;
    return this.#ask(MOVE_FILE_WITHIN_MS, STATE_BYTES_MAX, signal, async (client, options) => {
      const headers = { ...options.headers, 'content-type': 'application/json', 'idempotency-key': name };
      const batch = await client.post<Partial<MessageBatch>>(ROOT, { ...options, body, headers });
      const id = label(batch.id);
      if (id === undefined) throw new IncompleteAnswer('the batch has no id', true);
      return id;
    });
  }

  /**
   * A message batch carries no name of ours, and tells its custom ids only at its end. So one that ended is known by
   * them, and one that goes on may be the one sought when it has as many requests and is no other batch of ours.
   */
  async find({ madeSince, attemptKeys, takenAmong }: SoughtBatch, signal: AbortSignal): Promise<FoundBatch> {
    const listed = await this.#madeSince(madeSince.getTime() - CLOCKS_DIFFER_MS, signal);
    const alike = listed.filter((batch) => requestsOf(batch) === attemptKeys.length);
    const taken = await takenAmong(alike.map(({ id }) => id));
    const free = alike.filter(({ id }) => !taken.has(id));
    const sought = new Set(attemptKeys.map((key) => this.customIdOf(key)));
    for (const { id } of free.filter(({ results_url: url }) => label(url) !== undefined)) {
      const customId = await this.#firstCustomId(id, signal).catch(nullWhenGone);
      if (customId !== null && sought.has(customId)) return { id };
    }
    return free.some(({ processing_status: status }) => status !== 'ended') ? 'unsure' : 'none';
  }

  async look(id: string, signal: AbortSignal): Promise<BatchState> {
    const batch = await this.#ask(ASK_WITHIN_MS, STATE_BYTES_MAX, signal, (client, options) =>
      client.messages.batches.retrieve(id, {}, options),
    );
    return stateOf(batch);
  }

  async answersOf({ files }: BatchState, signal: AbortSignal): Promise<BatchAnswer[]> {
    const texts: string[] = [];
    for (const id of files)
      texts.push(
        await this.#ask(MOVE_FILE_WITHIN_MS, FILE_BYTES_MAX, signal, async (client, options) =>
          (await resultsOf(client, id, options)).text(),
        ),
      );
    return texts
      .flatMap((text) => text.split('\n').filter((line) => line.trim() !== ''))
      .flatMap((line) => readResultLine(line, this.secrets) ?? []);
  }

  async cancel(id: string, signal: AbortSignal): Promise<void> {
    await this.#ask(ASK_WITHIN_MS, STATE_BYTES_MAX, signal, (client, options) =>
      client.messages.batches.cancel(id, {}, options),
    );
  }

  /** Newest first. */
  async #madeSince(sinceMs: number, signal: AbortSignal): Promise<MessageBatch[]> {
    const found: MessageBatch[] = [];
    let after: string | undefined;
    for (let pages = 0; pages < PAGES_MAX; pages += 1) {
      const { data, has_more: hasMore } = await this.#ask(ASK_WITHIN_MS, STATE_BYTES_MAX, signal, (client, options) =>
        client.messages.batches.list({ limit: PAGE, ...(after === undefined ? {} : { after_id: after }) }, options),
      );
      const recent = data.filter(({ created_at: at }) => Date.parse(at) >= sinceMs);
      found.push(...recent);
      after = data.at(-1)?.id;
      if (after === undefined || !hasMore || recent.length < data.length) break;
    }
    return found;
  }

  #firstCustomId(id: string, signal: AbortSignal): Promise<string | null> {
    return this.#ask(ASK_WITHIN_MS, STATE_BYTES_MAX, signal, async (client, options) =>
      customIdOfLine(await firstLine(await resultsOf(client, id, options))),
    );
  }

  /** @throws ProviderFailure */
  #ask<T>(
    withinMs: number,
    bytesMax: number,
    signal: AbortSignal,
    work: (client: Anthropic, options: AskOptions) => Promise<T>,
  ): Promise<T> {
    const wire = { secrets: this.secrets, readError };
    return boundedAsk({ withinMs, bytesMax, signal }, wire, (fetch, options) =>
      work(this.client.withOptions({ fetch }), options),
    );
  }
}

/** By their own path: `results_url` may name any host, and the key would be sent there. */
function resultsOf(client: Anthropic, id: string, options: AskOptions): Promise<Response> {
  const headers = { ...options.headers, accept: 'application/binary' };
  return client.get(`${ROOT}/${encodeURIComponent(id)}/results`, { ...options, headers }).asResponse();
}

/** Deleted since it was listed, it answers nobody. */
function nullWhenGone(error: unknown): null {
  if (ProviderFailure.is(error) && error.facts.status === 404) return null;
  throw error;
}

async function firstLine({ body }: Response): Promise<string> {
  const decoder = new TextDecoder();
  let text = '';
  for await (const bytes of body ?? []) {
    text += decoder.decode(bytes as Uint8Array, { stream: true });
    const end = text.indexOf('\n');
    if (end >= 0) return text.slice(0, end);
  }
  return text;
}
