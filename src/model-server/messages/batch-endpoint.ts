import type { IncomingMessage, ServerResponse } from 'node:http';
import type { StoredBatch } from '../batches/batch';
import { faultOfBatch, newBatch, newId } from '../batches/new-batch';
import { badRequest, notFound } from '../http/api-error';
import { readJson } from '../http/read-body';
import { sendJson } from '../http/respond';
import type { ServerParts } from '../server-parts';
import { parseBatchRequests } from './batch-requests';
import { requireHeaders } from './request';
import { wireMessageBatch } from './wire-batch';

/** A batch of 32 MiB is the largest that the product makes. */
const BODY_BYTES_MAX = 64 * 1024 * 1024;
const PAGE = 20;
const PAGE_MAX = 1_000;

export function isMessageBatchPath(path: string): boolean {
  return /^\/v1\/messages\/batches(\/|$)/.test(path);
}

/** Anthropic's message batches, without deletion. @throws ApiError */
export async function messageBatches(
  incoming: IncomingMessage,
  response: ServerResponse,
  path: string,
  parts: ServerParts,
): Promise<void> {
  requireHeaders(incoming.headers);
  const [, , , , id, action] = path.split('/');
  const show = (batch: StoredBatch) => sendJson(response, 200, wireMessageBatch(batch, originOf(incoming)));
  const target = `${incoming.method} ${id === undefined ? '' : 'id'}${action === undefined ? '' : `/${action}`}`;
  switch (target) {
    case 'POST ':
      return await create(incoming, response, parts);
    case 'GET ':
      return list(incoming, response, parts);
    case 'GET id':
      return show(find(parts, id!));
    case 'POST id/cancel':
      await parts.batchWork.cancel(find(parts, id!));
      return show(find(parts, id!));
    case 'GET id/results':
      return await download(response, find(parts, id!), parts);
    default:
      throw notFound(`Invalid URL (${incoming.method} ${path})`, 'unknown_url');
  }
}

/** A fault may strike the batch as a whole; what it is for its requests is decided when they are processed. */
async function create(incoming: IncomingMessage, response: ServerResponse, parts: ServerParts): Promise<void> {
  const input = parseBatchRequests(await readJson(incoming, BODY_BYTES_MAX));
  const fault = faultOfBatch(parts, 'anthropic', input);
  if (fault?.kind === 'batch-invalid') throw badRequest('requests: invalid (a scripted fault).');
  const inputFileId = newId('file');
  await parts.batches.putFile(inputFileId, input);
  const batch = newBatch(parts, { wire: 'anthropic', inputFileId, metadata: null }, fault);
  batch.counts.total = input.split('\n').length - 1;
  await parts.batches.save(batch);
  parts.batchWork.start(batch);
  if (fault?.kind === 'batch-no-reply') response.destroy();
  else sendJson(response, 200, wireMessageBatch(batch, originOf(incoming)));
}

/** Newest first. */
function list(incoming: IncomingMessage, response: ServerResponse, { batches }: ServerParts): void {
  const query = new URL(incoming.url ?? '/', 'http://localhost').searchParams;
  if (query.has('before_id')) throw badRequest('before_id: this server pages by after_id only');
  const limit = Math.min(PAGE_MAX, Math.max(1, Number(query.get('limit') ?? PAGE) || PAGE));
  const all = batches.all('anthropic');
  const begin = query.has('after_id') ? all.findIndex(({ id }) => id === query.get('after_id')) + 1 : 0;
  const page = all.slice(begin, begin + limit);
  sendJson(response, 200, {
    data: page.map((batch) => wireMessageBatch(batch, originOf(incoming))),
    first_id: page[0]?.id ?? null,
    last_id: page.at(-1)?.id ?? null,
    has_more: begin + limit < all.length,
  });
}

async function download(response: ServerResponse, batch: StoredBatch, { batches }: ServerParts): Promise<void> {
  const text = batch.outputFileId === null ? null : await batches.readFile(batch.outputFileId);
  if (text === null) throw notFound(`The batch ${batch.id} has no results yet.`);
  response.writeHead(200, { 'content-type': 'application/x-jsonl', 'content-length': Buffer.byteLength(text) });
  response.end(text);
}

function find({ batches }: ServerParts, id: string): StoredBatch {
  const batch = batches.get(id);
  if (batch?.wire !== 'anthropic') throw notFound(`No batch found with id '${id}'.`);
  return batch;
}

function originOf({ headers }: IncomingMessage): string {
  return `http://${headers.host ?? 'localhost'}`;
}
