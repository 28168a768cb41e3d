import type { IncomingHttpHeaders } from 'node:http';
import { findAgent } from '../models/agent-name';
import type { ChatRequest } from './request';

/** Who asks, for the book and for fault rules. It never changes an answer: that depends on the prompt alone. */
export interface Caller {
  attemptKey: string | null;
  agent: string | null;
}

const KEY_CHARS_MAX = 512;

export function callerOf(request: ChatRequest, attemptKey: string | null): Caller {
  return { attemptKey, agent: agentFromKey(attemptKey) ?? findAgent(request.messages) };
}

/** Also known when the body is unreadable, so that a rejected line still names the attempt. */
export function attemptKeyFromHeader(headers: IncomingHttpHeaders): string | null {
  const value = headers['x-longhaul-attempt'];
  return typeof value === 'string' && value !== '' ? decoded(value).slice(0, KEY_CHARS_MAX) : null;
}

/** Clients percent-encode the key, because agents may have names that a header cannot carry. */
function decoded(value: string): string {
  try {
    return decodeURI(value);
  } catch {
    return value; // not percent-encoded after all
  }
}

/** `{runId}/{nodePath}/{callIndex}#{n}`: the agent is the last part of the node path. */
export function agentFromKey(attemptKey: string | null): string | null {
  const parts = attemptKey?.replace(/#\d+$/, '').split('/') ?? [];
  return parts.length >= 3 ? parts.at(-2)! : null;
}
