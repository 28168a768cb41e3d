import type { DeliveryPlan } from './plan';

/** An unstreamed answer: one JSON body, all at once. */
export function wholePlan(
  body: object,
  headers: Readonly<Record<string, string>>,
  headersAfterMs: number,
): DeliveryPlan {
  const text = JSON.stringify(body);
  return {
    headersAfterMs,
    headers: { ...headers, 'content-type': 'application/json', 'content-length': String(Buffer.byteLength(text)) },
    pieces: [{ afterMs: 0, text }],
    ending: 'end',
    keepAlive: { text: ' ', everyMs: 1_000 },
  };
}
