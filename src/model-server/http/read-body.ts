import type { IncomingMessage } from 'node:http';
import { ApiError, badRequest } from './api-error';

/** Far above any prompt of ours; bounds what one request can make the server hold. */
const BODY_BYTES_MAX = 4 * 1024 * 1024;

/** @throws ApiError 413 above the limit, 400 when the body is not UTF-8 JSON. */
export async function readJson(request: IncomingMessage, bytesMax = BODY_BYTES_MAX): Promise<unknown> {
  const bytes = await readBytes(request, bytesMax);
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    throw badRequest('We could not parse the JSON body of your request. Expected a UTF-8 encoded JSON object.');
  }
}

/** Above the limit the rest is read and dropped, because an answer sent before the upload ends reaches few clients. */
export async function readBytes(request: IncomingMessage, bytesMax: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let total = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    total += chunk.length;
    if (total <= bytesMax) chunks.push(chunk);
    else chunks.length = 0;
  }
  if (total > bytesMax) throw tooLarge(bytesMax);
  return Buffer.concat(chunks);
}

function tooLarge(bytesMax: number): ApiError {
  const message = `The request body is larger than ${bytesMax} bytes. Send a smaller one.`;
  return new ApiError(413, { message, type: 'invalid_request_error', param: null, code: 'request_too_large' });
}
