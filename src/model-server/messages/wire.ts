import { attemptKeyFromHeader } from '../chat/caller';
import type { LimitState } from '../rate-limit';
import type { Wire } from '../wire';
import { wireError, sendMessagesError } from './errors';
import { messagePlan } from './message';
import { messagesRejectionOf } from './rejections';
import { parseMessagesRequest } from './request';
import { messageStreamPlan } from './stream';

/** The Messages API of Anthropic. */
export const anthropicWire: Wire = {
  name: 'anthropic',
  parse: parseMessagesRequest,
  /** The header wins: `user_id` may well name a user. */
  attemptKey: (request, headers) => attemptKeyFromHeader(headers) ?? request.metadata['user_id'] ?? null,
  plan: (accepted) => (accepted.request.stream ? messageStreamPlan(accepted) : messagePlan(accepted)),
  rejection: messagesRejectionOf,
  limitHeaders,
  sendError: sendMessagesError,
  spoilt: {
    error: wireError('overloaded_error', 'Overloaded'),
    eventName: 'error',
    brokenEvent: 'event: content_block_delta\ndata: {"type": [\n\n',
    idleEvent: 'event: ping\ndata: {"type": "ping"}\n\n',
  },
};

function limitHeaders(states: readonly LimitState[], nowMs: number): Record<string, string> {
  const entries = states.flatMap(({ unit, limit, remaining, resetMs }) => [
    [`anthropic-ratelimit-${unit}-limit`, String(limit)],
    [`anthropic-ratelimit-${unit}-remaining`, String(remaining)],
    [`anthropic-ratelimit-${unit}-reset`, new Date(nowMs + resetMs).toISOString()],
  ]);
  return Object.fromEntries(entries) as Record<string, string>;
}
