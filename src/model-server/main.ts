import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { destination, pino } from 'pino';
import { BatchRunner } from './batches/batch-runner';
import { BatchStore } from './batches/batch-store';
import { Book } from './book';
import type { Counts } from './counts';
import { FaultSchedule } from './faults/schedule';
import { helpText } from './help';
import { Hold } from './hold';
import { Idempotency } from './idempotency';
import { parseOptions, type ModelServerOptions } from './options';
import { RateLimits } from './rate-limit';
import { RepeatCount } from './repeat-count';
import { Responses } from './responses/responses';
import { ResponseStore } from './responses/store';
import { createModelServer } from './server';
import type { ServerParts } from './server-parts';

/** Answers under way may end within this time after SIGTERM. */
const DRAIN_MS_MAX = 5_000;
/** Time for the answers that were cut then to say so in the book. */
const CUT_MS_MAX = 500;
const DRAIN_POLL_MS = 20;

const log = pino({ name: 'model-server', level: process.env['LONGHAUL_LOG_LEVEL'] ?? 'info' }, destination(2));

async function main(): Promise<void> {
  const options = readOptions();
  if (options === null) return void process.stdout.write(helpText());
  const stop = new AbortController();
  const parts = await partsOf(options, stop.signal);
  const server = createModelServer(parts, log);
  server.listen(options.port, options.host);
  await once(server, 'listening');
  announce(server, options);
  await Promise.race([once(process, 'SIGTERM'), once(process, 'SIGINT')]);
  stop.abort();
  parts.hold.release();
  await drain(server, parts);
}

function readOptions(): ModelServerOptions | null {
  try {
    return parseOptions(process.argv.slice(2));
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\nRun with --help for the flags.\n`);
    process.exit(2);
  }
}

async function partsOf(options: ModelServerOptions, stopping: AbortSignal): Promise<ServerParts> {
  const faults = new FaultSchedule(options.seed);
  faults.set(options.faults);
  const book = await Book.open(options.logFile, bookFailed);
  const hold = new Hold();
  const counts = { accepted: 0, rejected: 0, completed: 0, cut: 0, repeated: 0 };
  const store = new ResponseStore(`${options.logFile}.responses`);
  const batchWork = new BatchRunner(() => parts, bookFailed);
  const parts: ServerParts = {
    seed: options.seed,
    book,
    faults,
    hold,
    repeats: new RepeatCount(),
    idempotency: await Idempotency.open(options.logFile, options.idempotency),
    rateLimits: new RateLimits(options.limits, options.waitForm),
    latency: options.latency,
    batches: await BatchStore.open(`${options.logFile}.batches`),
    batchWork,
    batchMs: options.batchMs,
    counts,
    responses: await Responses.open({ store, book, hold, stopping, keepMs: options.keepResponsesMs }),
    stopping,
  };
  await batchWork.resume();
  return parts;
}

/** Without its book the server would be a witness that forgets: it leaves, after the waiting requests got their 500. */
function bookFailed(error: unknown): void {
  log.fatal({ err: error }, 'the book cannot be written');
  process.exitCode = 1;
  setImmediate(() => process.exit());
}

function announce(server: Server, options: ModelServerOptions): void {
  const { address, port, family } = server.address() as AddressInfo;
  const url = `http://${family === 'IPv6' ? `[${address}]` : address}:${port}/v1`;
  log.info(
    { url, book: options.logFile, latency: options.latency.spec, faults: options.faults.map((rule) => rule.spec) },
    'ready',
  );
  process.stdout.write(`READY ${JSON.stringify({ url })}\n`);
}

/** Polls because answers end in many ways; what is still under way at the end is cut, and stands in the book. */
async function drain(server: Server, { counts, book }: ServerParts): Promise<void> {
  server.close();
  await allEnded(counts, DRAIN_MS_MAX);
  server.closeAllConnections();
  await allEnded(counts, CUT_MS_MAX);
  await book.close();
  log.info({ ...counts }, 'stopped');
}

async function allEnded(counts: Counts, waitMs: number): Promise<void> {
  const deadlineMs = performance.now() + waitMs;
  while (counts.accepted > counts.completed + counts.cut && performance.now() < deadlineMs) await sleep(DRAIN_POLL_MS);
}

void main().catch((error: unknown) => {
  log.fatal({ err: error }, 'the model server failed');
  process.exit(1);
});
