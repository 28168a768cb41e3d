/** What provider errors have in common, taken from JSON, from an event stream or from text. Nothing here throws. */
export interface ProviderError {
  code: string;
  type: string;
  message: string;
}

const MAX_MESSAGE_CHARS = 500;

/** Finds the error in a body: `{error: {…}}`, `{type: "error", …}`, or the same as an event of a stream. */
export function readProviderError(body: unknown): ProviderError | null {
  if (typeof body === 'string') return fromText(body);
  if (!isRecord(body)) return null;
  const error = isRecord(body['error']) ? body['error'] : isErrorShaped(body) ? body : null;
  if (!error) return null;
  const details = isRecord(error['details']) ? error['details'] : {};
  return {
    code: text(details['error_code']) || text(error['code']),
    type: text(error['type']),
    message: text(error['message']).slice(0, MAX_MESSAGE_CHARS),
  };
}

function fromText(body: string): ProviderError | null {
  if (!/^(event|data):/m.test(body)) return readProviderError(parseJson(body));
  for (const line of body.split('\n')) {
    if (!line.startsWith('data:')) continue;
    const found = readProviderError(parseJson(line.slice('data:'.length)));
    if (found) return found;
  }
  return null;
}

function isErrorShaped(body: Record<string, unknown>): boolean {
  return body['type'] === 'error' || (typeof body['message'] === 'string' && ('code' in body || 'type' in body));
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null; // an edge's HTML page or a cut body: its status alone decides
  }
}

function text(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
