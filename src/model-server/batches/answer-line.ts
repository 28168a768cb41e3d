import { callerOf } from '../chat/caller';
import { generate, type Generation } from '../chat/generate';
import type { ChatRequest } from '../chat/request';
import { phaseOf, requireStrikable } from '../faults/catalogue';
import { applyContentFault } from '../faults/content-faults';
import type { Fault } from '../faults/spec';
import { ApiError, badRequest } from '../http/api-error';
import { modelById } from '../models';
import type { ServerParts } from '../server-parts';
import type { BatchLine } from './batch';
import type { LineForm, LineRef } from './line-form';

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
  form: LineForm,
  ref: LineRef,
  { attemptKey, body }: BatchLine,
  booked: boolean,
): Promise<LineAnswer> {
  try {
    const request = form.parse(body);
    const { fault, agent, generation } = admitLine(parts, form, request, attemptKey);
    if (!booked) await parts.book.write(billingLine(ref, attemptKey, agent, request, generation, fault));
    return { accepted: true, text: form.answered(ref, request, generation) };
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    return { accepted: false, text: form.refused(ref, error) };
  }
}

/** The line itself names its attempt: headers are of no use to it. */
function admitLine(parts: ServerParts, { wire }: LineForm, request: ChatRequest, attemptKey: string | null) {
  const model = modelById(request.model);
  const caller = callerOf(request, attemptKey);
  const fault = parts.faults.choose(request.model, caller, undefined);
  if (fault !== null) requireStrikable(fault.kind, wire.name, false);
  if (fault !== null && phaseOf(fault.kind) === 'reject') throw wire.rejection(fault, request.model, Date.now());
  if (fault !== null && phaseOf(fault.kind) !== 'content')
    throw badRequest(`The fault ${fault.kind} cannot strike a request of a batch.`);
  const generation = applyContentFault(generate(model, request, parts.seed), fault, request.maxTokens);
  return { fault, agent: caller.agent, generation };
}

function billingLine(
  { requestId, batchId }: LineRef,
  attemptKey: string | null,
  agent: string | null,
  request: ChatRequest,
  generation: Generation,
  fault: Fault | null,
) {
  return {
    kind: 'accepted' as const,
    ...{ at: new Date().toISOString(), requestId, attemptKey, model: request.model, agent, batch: batchId },
    inputTokens: generation.inputTokens,
    outputTokens: generation.outputTokens,
    bytes: Buffer.byteLength(generation.content ?? generation.refusal ?? ''),
    requestSha256: request.sha256,
    stream: false,
    latencyMs: 0,
    fault: fault?.kind ?? null,
  };
}
