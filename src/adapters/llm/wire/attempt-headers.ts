/**
 * The headers of an attempt. Header values are ASCII; names of agents are not. Compression is declined: it saves little
 * of a stream, and inflating it costs the thread that renews the leases.
 */
export function attemptHeaders(attemptKey: string): Record<string, string> {
  const key = encodeURI(attemptKey);
  return { 'x-longhaul-attempt': key, 'idempotency-key': key, 'accept-encoding': 'identity' };
}
