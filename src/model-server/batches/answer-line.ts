import { callerOf } from '../chat/caller';
import { generate, type Generation } from '../chat/generate';
import { parseChatRequest, type ChatRequest } from '../chat/request';
import { completionBody } from '../delivery/completion';
import { phaseOf, requireStrikable } from '../faults/catalogue';
import { applyContentFault } from '../faults/content-faults';
import { rejectionOf } from '../faults/rejections';
import type { Fault } from '../faults/spec';
import { ApiError, badRequest } from '../http/api-error';
import { modelById } from '../models';
import type { ServerParts } from '../server-parts';
import type { BatchLine } from './batch';

/** One line of an output or error file, and whether it stands in the book. */
export interface LineAnswer {
  accepted: boolean;
  text: string;
}

/** Names a line in the book, the same after a restart: a line that stands there is not booked again. */
export function lineRequestId(batchId: string, index: number): string {
  return `req_${batchId}_${index}`;
}

/**
 * Processes one request of a batch as the endpoint would have, and writes its billing line unless it is `booked`. What the
 * endpoint would have refused stands in the error file and is not billed.
 */
export async function answerLine(
  parts: ServerParts,
  batchId: string,
  index: number,
  { customId, body }: BatchLine,
  booked: boolean,
): Promise<LineAnswer> {
  const requestId = lineRequestId(batchId, index);
  try {
    const request = parseChatRequest({ ...(body as object), stream: false });
    const { fault, agent, generation } = admitLine(parts, request, customId);
    if (!booked) await parts.book.write(billingLine(requestId, batchId, customId, agent, request, generation, fault));
    const head = { id: `chatcmpl-${batchId}-${index}`, createdSeconds: Math.floor(Date.now() / 1000), headers: {} };
    const answer = { status_code: 200, request_id: requestId, body: completionBody(head, request, generation) };
    return { accepted: true, text: line(batchId, index, customId, answer, null) };
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    const answer = { status_code: error.status, request_id: requestId, body: { error: error.body } };
    return { accepted: false, text: line(batchId, index, customId, answer, null) };
  }
}

/** A request that was never processed. */
export function unprocessedLine(
  batchId: string,
  index: number,
  { customId }: BatchLine,
  status: 'expired' | 'cancelled',
): string {
  const message =
    status === 'expired'
      ? 'This request could not be executed before the completion window expired.'
      : 'This request was not executed because the batch was cancelled.';
  return line(batchId, index, customId, null, { code: `batch_${status}`, message });
}

function line(batchId: string, index: number, customId: string, response: object | null, error: object | null): string {
  return JSON.stringify({ id: `batch_req_${batchId}_${index}`, custom_id: customId, response, error });
}

/** The custom id is the attempt's key: metadata and headers are of no use to a line. */
function admitLine(parts: ServerParts, request: ChatRequest, customId: string) {
  const model = modelById(request.model);
  const caller = callerOf(request, customId);
  const fault = parts.faults.choose(request.model, caller, undefined);
  if (fault !== null) requireStrikable(fault.kind, 'openai', false);
  if (fault !== null && phaseOf(fault.kind) === 'reject') throw rejectionOf(fault, request.model, Date.now());
  if (fault !== null && phaseOf(fault.kind) !== 'content')
    throw badRequest(`The fault ${fault.kind} cannot strike a request of a batch.`);
  const generation = applyContentFault(generate(model, request, parts.seed), fault, request.maxTokens);
  return { fault, agent: caller.agent, generation };
}

function billingLine(
  requestId: string,
  batchId: string,
  customId: string,
  agent: string | null,
  request: ChatRequest,
  generation: Generation,
  fault: Fault | null,
) {
  return {
    kind: 'accepted' as const,
    ...{ at: new Date().toISOString(), requestId, attemptKey: customId, model: request.model, agent, batch: batchId },
    inputTokens: generation.inputTokens,
    outputTokens: generation.outputTokens,
    bytes: Buffer.byteLength(generation.content ?? generation.refusal ?? ''),
    requestSha256: request.sha256,
    stream: false,
    latencyMs: 0,
    fault: fault?.kind ?? null,
  };
}
