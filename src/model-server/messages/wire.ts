import type { Wire } from '../wire';
import { attemptKeyFromHeader } from '../chat/caller';
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
  sendError: sendMessagesError,
  spoilt: {
    error: wireError('overloaded_error', 'Overloaded'),
    eventName: 'error',
    brokenEvent: 'event: content_block_delta\ndata: {"type": [\n\n',
    idleEvent: 'event: ping\ndata: {"type": "ping"}\n\n',
  },
};
