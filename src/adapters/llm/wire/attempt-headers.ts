import { callKeyOfAttempt } from '../../../domain/kernel/ids';
import type { ProviderCall } from '../provider';

/**
 * The headers of an attempt. Header values are ASCII; names of agents are not. Compression is declined: it saves little
 * of a stream, and inflating it costs the thread that renews the leases.
 */
export function attemptHeaders(attemptKey: string, idempotencyKey = attemptKey): Record<string, string> {
  return {
    'x-longhaul-attempt': encodeURI(attemptKey),
    'idempotency-key': encodeURI(idempotencyKey),
    'accept-encoding': 'identity',
  };
}

/** A call has one key over all its attempts, and another one for each model that is asked: that is another question. */
export function keyOfCall({ attemptKey, request }: Pick<ProviderCall, 'attemptKey' | 'request'>): string {
  return `${callKeyOfAttempt(attemptKey)}:${request.model}`;
}
