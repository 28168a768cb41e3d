import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ServerParts } from '../server-parts';
import { answerLine, lineRequestId } from './answer-line';
import { isOver, type BatchLine, type BatchStatus, type BatchWork, type StoredBatch } from './batch';
import { LINE_FORMS } from './line-forms';

/** Works off batches: validates, takes its time, answers line by line, writes the files. Goes on after a restart. */
export class BatchRunner implements BatchWork {
  /** Wakes a batch that takes its time, because somebody cancelled it. */
  readonly #cancels = new Map<string, AbortController>();

  constructor(
    private readonly partsOf: () => ServerParts,
    private readonly onFailure: (error: unknown) => void,
  ) {}

  private get parts(): ServerParts {
    return this.partsOf();
  }

  /** Batches that were under way when the server stopped. What stands in the book is not processed again. */
  async resume(): Promise<void> {
    const open = this.parts.batches.all().filter((batch) => !isOver(batch));
    if (open.length === 0) return;
    const booked = await bookedRequests(this.parts.book.path);
    for (const batch of open) this.start(batch, booked);
  }

  start(batch: StoredBatch, booked: ReadonlySet<string> = new Set()): void {
    const cancelled = new AbortController();
    this.#cancels.set(batch.id, cancelled);
    if (batch.status === 'cancelling') cancelled.abort();
    void this.#run(batch, booked, cancelled.signal)
      .catch(this.onFailure)
      .finally(() => this.#cancels.delete(batch.id));
  }

  /** Over at once when it has ended; else soon. */
  async cancel(batch: StoredBatch): Promise<void> {
    if (isOver(batch) || batch.status === 'cancelling') return;
    batch.status = 'cancelling';
    batch.cancelledMs = Date.now();
    await this.parts.batches.save(batch);
    this.#cancels.get(batch.id)?.abort();
  }

  async #run(batch: StoredBatch, booked: ReadonlySet<string>, cancelled: AbortSignal): Promise<void> {
    const lines = await this.#validate(batch);
    if (lines === null) return;
    const { stopping, hold, batchMs } = this.parts;
    await sleep(batchMs, undefined, { signal: AbortSignal.any([cancelled, stopping]) }).catch(() => undefined);
    await hold.pass(AbortSignal.any([cancelled, stopping]));
    if (stopping.aborted) return;
    await this.#process(batch, lines, booked, cancelled);
  }

  /** Null when it failed: then nothing is processed. */
  async #validate(batch: StoredBatch): Promise<BatchLine[] | null> {
    const input = (await this.parts.batches.readFile(batch.inputFileId)) ?? '';
    const { lines, errors } = LINE_FORMS[batch.wire].readLines(input);
    if (batch.isInvalid) errors.push({ code: 'invalid', message: 'A scripted fault.', line: 1, param: null });
    batch.counts.total = lines.length;
    if (errors.length > 0) {
      batch.errors = errors.slice(0, 100);
      await this.#end(batch, 'failed');
      return null;
    }
    if (batch.status === 'validating') batch.status = 'in_progress';
    await this.parts.batches.save(batch);
    return lines;
  }

  async #process(
    batch: StoredBatch,
    lines: readonly BatchLine[],
    booked: ReadonlySet<string>,
    cancelled: AbortSignal,
  ): Promise<void> {
    const form = LINE_FORMS[batch.wire];
    const output: string[] = [];
    const errors: string[] = [];
    let end: 'completed' | 'cancelled' | 'expired' = 'completed';
    batch.unprocessed = 0;
    for (const [index, line] of lines.entries()) {
      if (this.parts.stopping.aborted) return; // the next server goes on here
      const ref = { batchId: batch.id, index, customId: line.customId, requestId: lineRequestId(batch.id, index) };
      const wasBooked = booked.has(ref.requestId);
      if (!wasBooked && cancelled.aborted) end = 'cancelled';
      else if (!wasBooked && index >= (batch.expiresAfter ?? Number.POSITIVE_INFINITY)) end = 'expired';
      if (end !== 'completed') {
        errors.push(form.unprocessed(ref, end));
        batch.unprocessed += 1;
        continue;
      }
      const answer = await answerLine(this.parts, form, ref, line, wasBooked);
      this.#count(answer.accepted);
      (answer.accepted ? output : errors).push(answer.text);
    }
    batch.counts = { total: lines.length, completed: output.length, failed: errors.length };
    batch.outputFileId = await this.#file(form.hasOneFile ? [...output, ...errors] : output);
    batch.errorFileId = await this.#file(form.hasOneFile ? [] : errors);
    await this.#end(batch, end);
  }

  /** An answer of a batch is delivered when it is in the file: it is never under way. */
  #count(accepted: boolean): void {
    if (!accepted) return void this.parts.counts.rejected++;
    this.parts.counts.accepted++;
    this.parts.counts.completed++;
  }

  async #file(rows: readonly string[]): Promise<string | null> {
    if (rows.length === 0) return null;
    const id = `file_${randomUUID().replaceAll('-', '')}`;
    await this.parts.batches.putFile(id, rows.map((row) => `${row}\n`).join(''));
    return id;
  }

  async #end(batch: StoredBatch, status: BatchStatus): Promise<void> {
    batch.status = status;
    batch.endedMs = Date.now();
    await this.parts.batches.save(batch);
  }
}

async function bookedRequests(path: string): Promise<Set<string>> {
  const ids = new Set<string>();
  for await (const row of createInterface({ input: createReadStream(path) })) {
    const id = /"requestId":"(req_(?:msg)?batch_[^"]+)"/.exec(row)?.[1];
    if (id !== undefined) ids.add(id);
  }
  return ids;
}
