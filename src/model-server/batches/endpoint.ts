import type { IncomingMessage, ServerResponse } from 'node:http';
import { expect, isObject } from '../chat/fields';
import { parseMetadata } from '../chat/request';
import { notFound } from '../http/api-error';
import { readBytes, readJson } from '../http/read-body';
import { sendJson } from '../http/respond';
import type { ServerParts } from '../server-parts';
import type { StoredBatch } from './batch';
import { faultOfBatch, newBatch, newId } from './new-batch';
import { BATCH_ENDPOINT } from './read-lines';
import { wireBatch, wireFile } from './wire';

/** A batch of 32 MiB is the largest that the product makes. */
const FILE_BYTES_MAX = 64 * 1024 * 1024;
const PAGE_MAX = 100;

export function isBatchPath(path: string): boolean {
  return /^\/v1\/(files|batches)(\/|$)/.test(path);
}

/** OpenAI's files and batches, as far as a batch of chat completions needs them. @throws ApiError */
export async function batches(
  incoming: IncomingMessage,
  response: ServerResponse,
  path: string,
  parts: ServerParts,
): Promise<void> {
  const [, , folder, id, action] = path.split('/');
  const target = `${incoming.method} ${folder}${id === undefined ? '' : '/id'}${action === undefined ? '' : `/${action}`}`;
  switch (target) {
    case 'POST files':
      return await upload(incoming, response, parts);
    case 'GET files/id/content':
      return await download(response, id!, parts);
    case 'POST batches':
      return await create(incoming, response, parts);
    case 'GET batches':
      return list(incoming, response, parts);
    case 'GET batches/id':
      return sendJson(response, 200, wireBatch(find(parts, id!)));
    case 'POST batches/id/cancel':
      await parts.batchWork.cancel(find(parts, id!));
      return sendJson(response, 200, wireBatch(find(parts, id!)));
    default:
      throw notFound(`Invalid URL (${incoming.method} ${path})`, 'unknown_url');
  }
}

async function upload(incoming: IncomingMessage, response: ServerResponse, { batches }: ServerParts): Promise<void> {
  const body = new Response(await readBytes(incoming, FILE_BYTES_MAX), {
    headers: { 'content-type': incoming.headers['content-type'] ?? '' },
  });
  const form = await body.formData().catch(() => null);
  const file = form?.get('file');
  expect(form?.get('purpose') === 'batch', 'purpose', '"batch"');
  expect(typeof file === 'object' && file !== null, 'file', 'a file in multipart/form-data');
  const id = newId('file');
  await batches.putFile(id, await file.text());
  sendJson(response, 200, wireFile(id, file.size, file.name));
}

async function download(response: ServerResponse, id: string, { batches }: ServerParts): Promise<void> {
  const text = await batches.readFile(id);
  if (text === null) throw notFound(`No such File object: ${id}`, null);
  response.writeHead(200, { 'content-type': 'application/octet-stream', 'content-length': Buffer.byteLength(text) });
  response.end(text);
}

/** A fault may strike the batch as a whole; what it is for its requests is decided when they are processed. */
async function create(incoming: IncomingMessage, response: ServerResponse, parts: ServerParts): Promise<void> {
  const body = await readJson(incoming);
  expect(isObject(body), 'body', 'a JSON object');
  expect(body['endpoint'] === BATCH_ENDPOINT, 'endpoint', BATCH_ENDPOINT);
  expect(body['completion_window'] === '24h', 'completion_window', '"24h"');
  const inputFileId = body['input_file_id'];
  const input = typeof inputFileId === 'string' ? await parts.batches.readFile(inputFileId) : null;
  expect(typeof inputFileId === 'string' && input !== null, 'input_file_id', 'the id of an uploaded file');
  const metadata = body['metadata'] === undefined || body['metadata'] === null ? null : parseMetadata(body['metadata']);
  const fault = faultOfBatch(parts, 'openai', input);
  const batch = newBatch(parts, { wire: 'openai', inputFileId, metadata }, fault);
  await parts.batches.save(batch);
  parts.batchWork.start(batch);
  if (fault?.kind === 'batch-no-reply') response.destroy();
  else sendJson(response, 200, wireBatch(batch));
}

function list(incoming: IncomingMessage, response: ServerResponse, { batches }: ServerParts): void {
  const query = new URL(incoming.url ?? '/', 'http://localhost').searchParams;
  const limit = Math.min(PAGE_MAX, Math.max(1, Number(query.get('limit') ?? 20) || 20));
  const all = batches.all('openai');
  const begin = query.has('after') ? all.findIndex(({ id }) => id === query.get('after')) + 1 : 0;
  const page = all.slice(begin, begin + limit);
  sendJson(response, 200, {
    object: 'list',
    data: page.map(wireBatch),
    first_id: page[0]?.id ?? null,
    last_id: page.at(-1)?.id ?? null,
    has_more: begin + limit < all.length,
  });
}

function find({ batches }: ServerParts, id: string): StoredBatch {
  const batch = batches.get(id);
  if (batch?.wire !== 'openai') throw notFound(`No batch found with id '${id}'.`, null);
  return batch;
}
