import { badRequest } from '../http/api-error';
import type { WireName } from '../wire-name';

/**
 * Every fault there is: one row each. `phase` says where it strikes, and so whether the request is billed:
 *
 * - `reject`: answered with an error status; not accepted, not billed.
 * - `lost`: never arrives; the connection is cut, the book has no line. Not billed.
 * - `content`: accepted and billed; the answer is complete but useless.
 * - `wire`: accepted and billed; the answer does not arrive whole.
 * - `batch`: strikes a batch when it is created, by the model and agent of its first request.
 *
 * `parameters` are the settings of a fault with their meaning; all are optional.
 */
interface FaultRow {
  phase: 'reject' | 'lost' | 'content' | 'wire' | 'batch';
  description: string;
  parameters?: Readonly<Record<string, string>>;
  /** The only wire that knows it; on another one the request is refused. */
  wire?: WireName;
  /** Only a streamed answer can have it. */
  streamed?: boolean;
}

const MB = { mb: 'megabytes (300)' } as const;
const AT = { at: 'share of the answer that is sent before, 0 to 1 (0.5)' } as const;

export const FAULTS = {
  '429': {
    phase: 'reject',
    description: 'rate limit, without a wait unless one is given',
    parameters: {
      'retry-after': 'header in seconds',
      'retry-after-ms': 'header in milliseconds',
      'retry-after-date': 'header as the HTTP date this many seconds ahead',
    },
  },
  'spend-cap': { phase: 'reject', description: '429 that no waiting mends: insufficient_quota' },
  '400': { phase: 'reject', description: 'the request is called invalid' },
  '401': { phase: 'reject', description: 'the key is called incorrect' },
  '402': { phase: 'reject', description: 'the account cannot pay' },
  '403': { phase: 'reject', description: 'the key may not use the model' },
  '404': { phase: 'reject', description: 'the model is called unknown' },
  '413': { phase: 'reject', description: 'the request is called too large' },
  '500': { phase: 'reject', description: 'server error' },
  '503': { phase: 'reject', description: 'overloaded' },
  '529': { phase: 'reject', description: 'overloaded, as Anthropic says it', wire: 'anthropic' },
  lost: { phase: 'lost', description: 'the connection is cut before the request counts as accepted' },
  'bad-json': { phase: 'content', description: 'the text is cut so that it is no JSON, with finish_reason stop' },
  'wrong-schema': { phase: 'content', description: 'valid JSON of another shape than asked for' },
  refusal: { phase: 'content', description: 'the model refuses' },
  'content-filter': { phase: 'content', description: 'finish_reason content_filter, text cut short', wire: 'openai' },
  'max-tokens': { phase: 'content', description: 'text cut short, as if max_tokens were reached' },
  'context-window': { phase: 'content', description: 'text cut short: the context is full', wire: 'anthropic' },
  'forbidden-tool': { phase: 'content', description: 'calls delete_everything, which was never offered' },
  empty: { phase: 'content', description: 'an empty answer with finish_reason stop' },
  'response-failed': {
    phase: 'content',
    description: 'a response of /v1/responses ends as failed; chat knows no such end',
  },
  usage: {
    phase: 'content',
    description: 'reports (and bills) other token counts than those of the answer',
    parameters: {
      input: 'input tokens, all of them',
      cached: 'of these, read from the prompt cache (0)',
      'cache-write': 'of these, written to it (0)',
      output: 'output tokens',
    },
  },
  hang: { phase: 'wire', description: 'accepted, then silence without headers' },
  'no-reply': { phase: 'wire', description: 'accepted, then the connection is cut without a byte' },
  'slow-headers': {
    phase: 'wire',
    description: 'headers come late, then all is well',
    parameters: { ms: 'delay (5000)' },
  },
  drip: {
    phase: 'wire',
    description: 'the answer begins, then only keep-alive bytes come, for ever',
    parameters: { ms: 'pause between them (200)' },
  },
  cut: { phase: 'wire', description: 'the connection is cut in the middle of the answer', parameters: AT },
  'error-event': { phase: 'wire', description: 'an error inside an answer that began with status 200', parameters: AT },
  'no-usage': { phase: 'wire', description: 'the stream ends without usage and terminator', parameters: AT },
  'bad-body': { phase: 'wire', description: 'status 200 with a body that is no JSON' },
  'wrong-type': { phase: 'wire', description: 'a sound answer that calls itself text/html' },
  'reply-then-cut': { phase: 'wire', description: 'the whole answer, then the connection is cut instead of closed' },
  'double-end': { phase: 'wire', description: 'the stream ends twice', streamed: true },
  huge: { phase: 'wire', description: 'the content goes on and on', parameters: MB },
  'gzip-bomb': { phase: 'wire', description: 'compressed unasked, and huge when inflated', parameters: MB },
  'invalid-utf8': { phase: 'wire', description: 'bytes in the text that are no UTF-8' },
  'batch-no-reply': { phase: 'batch', description: 'the batch is created, then the connection is cut without a byte' },
  'batch-invalid': { phase: 'batch', description: 'the batch does not pass validation; nothing of it is billed' },
  'batch-expired': {
    phase: 'batch',
    description: 'the batch ends as expired',
    parameters: { after: 'requests that are processed and billed before (0)' },
  },
} as const satisfies Record<string, FaultRow>;

export type FaultKind = keyof typeof FAULTS;

export function isFaultKind(text: string): text is FaultKind {
  return Object.hasOwn(FAULTS, text);
}

export function phaseOf(kind: FaultKind): FaultRow['phase'] {
  return FAULTS[kind].phase;
}

export function parametersOf(kind: FaultKind): Readonly<Record<string, string>> {
  const row: FaultRow = FAULTS[kind];
  return row.parameters ?? {};
}

/** @throws ApiError 400 where the fault makes no sense: a test that waits for it should not wait for ever. */
export function requireStrikable(kind: FaultKind, on: WireName, stream: boolean): void {
  const { wire, streamed }: FaultRow = FAULTS[kind];
  if (wire !== undefined && wire !== on) throw badRequest(`The fault ${kind} exists on the wire of ${wire} only.`);
  if (streamed === true && !stream) throw badRequest(`The fault ${kind} exists on streamed answers only.`);
}
