import type OpenAI from 'openai';
import { toFile } from 'openai';
import type { Batch } from 'openai/resources/batches';
import type { ChatRequest } from '../../../domain/llm/chat';
import { redact } from '../../../domain/llm/redact';
import type { BatchAnswer, Batches, BatchState, FoundBatch, SoughtBatch } from '../provider';
import {
  ASK_WITHIN_MS,
  CLOCKS_DIFFER_MS,
  FILE_BYTES_MAX,
  MOVE_FILE_WITHIN_MS,
  PAGE,
  PAGES_MAX,
  STATE_BYTES_MAX,
} from '../wire/batch-limits';
import { boundedAsk, type AskOptions } from '../wire/bounded-ask';
import { label } from '../wire/label';
import { readAnswerLine } from './batch-answers';
import { readError } from './failure';
import { toWire, type Dialect } from './to-wire';

const ENDPOINT = '/v1/chat/completions';
/** By which a batch of ours is found again. */
const NAME_KEY = 'longhaul_batch';

/** OpenAI's files and batches of chat completions. */
export class OpenAiBatches implements Batches {
  constructor(
    private readonly client: OpenAI,
    private readonly dialect: Dialect,
    private readonly secrets: readonly string[],
  ) {}

  lineOf(attemptKey: string, request: ChatRequest): string {
    const { stream: _, stream_options: __, metadata: ___, ...body } = toWire(request, attemptKey, this.dialect);
    return JSON.stringify({ custom_id: attemptKey, method: 'POST', url: ENDPOINT, body });
  }

  customIdOf(attemptKey: string): string {
    return attemptKey;
  }

  async submit(name: string, lines: readonly string[], signal: AbortSignal): Promise<string> {
    const text = lines.map((line) => `${line}\n`).join('');
    const file = await this.#ask(MOVE_FILE_WITHIN_MS, STATE_BYTES_MAX, signal, async (client, options) =>
      client.files.create({ purpose: 'batch', file: await toFile(Buffer.from(text), `${name}.jsonl`) }, options),
    );
    const batch = await this.#ask(ASK_WITHIN_MS, STATE_BYTES_MAX, signal, (client, options) =>
      client.batches.create(
        {
          ...{ input_file_id: file.id, endpoint: ENDPOINT, completion_window: '24h' },
          metadata: { [NAME_KEY]: name },
        },
        { ...options, headers: { ...options.headers, 'idempotency-key': name } },
      ),
    );
    return batch.id;
  }

  async find({ name, madeSince }: SoughtBatch, signal: AbortSignal): Promise<FoundBatch> {
    const oldest = (madeSince.getTime() - CLOCKS_DIFFER_MS) / 1000;
    let after: string | undefined;
    for (let pages = 0; pages < PAGES_MAX; pages += 1) {
      const { data } = await this.#ask(ASK_WITHIN_MS, STATE_BYTES_MAX, signal, (client, options) =>
        client.batches.list({ limit: PAGE, after }, options),
      );
      const found = data.find(({ metadata }) => metadata?.[NAME_KEY] === name);
      if (found) return { id: found.id };
      after = data.at(-1)?.id;
      if (after === undefined || data.length < PAGE || data.at(-1)!.created_at < oldest) return 'none';
    }
    return 'none';
  }

  async look(id: string, signal: AbortSignal): Promise<BatchState> {
    const batch = await this.#ask(ASK_WITHIN_MS, STATE_BYTES_MAX, signal, (client, options) =>
      client.batches.retrieve(id, options),
    );
    return this.#stateOf(batch);
  }

  async answersOf({ files }: BatchState, signal: AbortSignal): Promise<BatchAnswer[]> {
    const texts: string[] = [];
    for (const file of files) texts.push(await this.#textOf(file, signal));
    return texts
      .flatMap((text) => text.split('\n').filter((line) => line.trim() !== ''))
      .flatMap((line) => readAnswerLine(line, this.secrets) ?? []);
  }

  async cancel(id: string, signal: AbortSignal): Promise<void> {
    await this.#ask(ASK_WITHIN_MS, STATE_BYTES_MAX, signal, (client, options) => client.batches.cancel(id, options));
  }

  #textOf(fileId: string, signal: AbortSignal): Promise<string> {
    return this.#ask(MOVE_FILE_WITHIN_MS, FILE_BYTES_MAX, signal, async (client, options) =>
      (await client.files.content(fileId, options)).text(),
    );
  }

  #stateOf({ id, status, output_file_id, error_file_id, errors }: Batch): BatchState {
    const end = (['completed', 'failed', 'expired', 'cancelled'] as const).find((known) => known === status) ?? null;
    return {
      id,
      end,
      isCancelling: status === 'cancelling',
      files: [output_file_id, error_file_id].flatMap((file) => label(file) ?? []),
      detail: errors?.data?.length
        ? redact(errors.data.map(({ message }) => message ?? '').join(' '), this.secrets)
        : null,
    };
  }

  /** @throws ProviderFailure */
  #ask<T>(
    withinMs: number,
    bytesMax: number,
    signal: AbortSignal,
    work: (client: OpenAI, options: AskOptions) => Promise<T>,
  ): Promise<T> {
    const wire = { secrets: this.secrets, readError };
    return boundedAsk({ withinMs, bytesMax, signal }, wire, (fetch, options) =>
      work(this.client.withOptions({ fetch }), options),
    );
  }
}
