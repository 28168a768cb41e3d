import type { ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import type { DeliveryPlan, Piece } from './plan';

export interface PlayedAnswer {
  /** `completed` only when the last byte of an ordinary ending was handed over. */
  kind: 'completed' | 'cut';
  bytesSent: number;
}

/** The signals of one delivery: the client is gone; the server stops and lets endless answers go. */
export interface DeliverySignals {
  gone: AbortSignal;
  stopping: AbortSignal;
}

/** Sends an answer as planned, and says how it ended. A client that leaves is an ending like any other. */
export async function playPlan(
  response: ServerResponse,
  plan: DeliveryPlan,
  signals: DeliverySignals,
): Promise<PlayedAnswer> {
  const line: Line = { response, gone: signals.gone, left: aborted(signals.gone), bytesSent: 0 };
  try {
    await sendPieces(line, plan);
    await finish(line, plan, signals);
  } catch (error) {
    if (!signals.gone.aborted && !response.destroyed) throw error;
  }
  const completed = plan.ending === 'end' && response.writableFinished;
  return { kind: completed ? 'completed' : 'cut', bytesSent: line.bytesSent };
}

/** The connection of one delivery. */
interface Line {
  response: ServerResponse;
  gone: AbortSignal;
  /** Resolves when `gone` aborts; one listener for all writes. */
  left: Promise<void>;
  bytesSent: number;
}

async function sendPieces(line: Line, plan: DeliveryPlan): Promise<void> {
  await pause(plan.headersAfterMs, line.gone);
  if (plan.pieces === null) return;
  line.response.writeHead(200, plan.headers);
  line.response.flushHeaders();
  for (const { afterMs, text, ready, raw } of groupsOf(plan.pieces)) {
    if (ready !== undefined) await Promise.race([ready, line.left]);
    await pause(afterMs, line.gone);
    if (raw === undefined) await write(line, text);
    else for (let count = 0; count < raw.times && !line.gone.aborted; count++) await write(line, raw.bytes);
  }
}

/** Pieces without a pause between them share one write: at zero latency an answer is one packet, not thirty. */
function groupsOf(pieces: readonly Piece[]): Piece[] {
  const groups: Piece[] = [];
  for (const piece of pieces) {
    const last = groups.at(-1);
    const joins = piece.afterMs === 0 && piece.ready === undefined && piece.raw === undefined;
    if (last !== undefined && last.raw === undefined && joins) last.text += piece.text;
    else groups.push({ ...piece });
  }
  return groups;
}

async function finish(line: Line, plan: DeliveryPlan, { gone, stopping }: DeliverySignals): Promise<void> {
  if (plan.ending === 'end') return end(line.response);
  // Combined only here: on Node 20 each combination stays attached to a long-lived signal, and `stopping` is one.
  const over = plan.ending === 'destroy' ? gone : AbortSignal.any([gone, stopping]);
  if (plan.ending === 'keep-alive') await keepAlive(line, plan.keepAlive, over);
  if (plan.ending === 'silent') await aborted(over);
  line.response.destroy();
}

async function keepAlive(line: Line, { text, everyMs }: DeliveryPlan['keepAlive'], over: AbortSignal): Promise<void> {
  while (!over.aborted) {
    await write(line, text);
    await sleep(Math.max(1, everyMs), undefined, { signal: over }).catch(() => undefined);
  }
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((done) => {
    if (signal.aborted) return done();
    signal.addEventListener('abort', () => done(), { once: true });
  });
}

async function pause(ms: number, signal: AbortSignal): Promise<void> {
  if (ms > 0) await sleep(ms, undefined, { signal });
  signal.throwIfAborted();
}

/** A destroyed response never finishes, it only closes. */
function end(response: ServerResponse): Promise<void> {
  return new Promise((done) => {
    response.once('close', done);
    response.end(done);
  });
}

/** Resolves when the bytes left this process, so that a cut after them cannot swallow them. */
async function write(line: Line, content: string | Buffer): Promise<void> {
  const written = new Promise<void>((done, failed) =>
    line.response.write(content, (error) => (error ? failed(error) : done())),
  );
  await Promise.race([written, line.left]);
  line.bytesSent += Buffer.byteLength(content);
}
