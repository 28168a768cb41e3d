import { completionPlan, type AnswerHead } from '../delivery/completion';
import { streamPlan } from '../delivery/stream';
import { rejectionOf } from '../faults/rejections';
import { sendError } from '../http/respond';
import type { LimitState } from '../rate-limit';
import type { Wire } from '../wire';
import type { Accepted } from './arrival';
import { attemptKeyFromHeader } from './caller';
import { parseChatRequest } from './request';

/** Chat completions as OpenAI and all compatible servers speak them. */
export const openAiWire: Wire = {
  name: 'openai',
  parse: parseChatRequest,
  /** Metadata wins over the header: it needs no encoding. */
  attemptKey: (request, headers) => request.metadata['attempt_key'] ?? attemptKeyFromHeader(headers),
  plan(accepted) {
    const plan = accepted.request.stream ? streamPlan : completionPlan;
    return plan(headOf(accepted), accepted.request, accepted.generation, accepted.latencyMs);
  },
  rejection: rejectionOf,
  limitHeaders,
  sendError,
  spoilt: {
    error: {
      error: {
        message: 'The server had an error while processing your request. Sorry about that!',
        type: 'server_error',
        param: null,
        code: 'server_error',
      },
    },
    eventName: null,
    brokenEvent: 'data: {"choices": [\n\n',
    idleEvent: ': keep-alive\n\n',
  },
};

function headOf({ arrival, headers, latencyMs }: Accepted): AnswerHead {
  return {
    id: `chatcmpl-${arrival.requestId.slice('req_'.length)}`,
    createdSeconds: Math.floor(arrival.arrivedAt.getTime() / 1000),
    headers: { ...headers, 'x-request-id': arrival.requestId, 'openai-processing-ms': String(Math.round(latencyMs)) },
  };
}

/** OpenAI counts input and output together, so limits of one of them are not published. */
function limitHeaders(states: readonly LimitState[]): Record<string, string> {
  const published = states.filter(({ unit }) => unit === 'requests' || unit === 'tokens');
  const entries = published.flatMap(({ unit, limit, remaining, resetMs }) => [
    [`x-ratelimit-limit-${unit}`, String(limit)],
    [`x-ratelimit-remaining-${unit}`, String(remaining)],
    [`x-ratelimit-reset-${unit}`, `${resetMs}ms`],
  ]);
  return Object.fromEntries(entries) as Record<string, string>;
}
