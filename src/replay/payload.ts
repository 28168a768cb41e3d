interface WirePayload {
  metadata?: Record<string, Uint8Array | string> | null;
  data?: Uint8Array | string | null;
}

/** The values of payloads as JSON, from the wire (bytes) or from a history file (base64). Other encodings stay opaque. */
export function valuesOf(payloads: readonly WirePayload[] | null | undefined): unknown[] {
  return (payloads ?? []).map(valueOf);
}

export function valueOf({ metadata, data }: WirePayload): unknown {
  const text = textOf(data);
  if (textOf(metadata?.['encoding']) !== 'json/plain') return text === '' ? undefined : '(encoded)';
  try {
    return JSON.parse(text);
  } catch {
    return '(not readable)'; // a history by hand; what it holds is compared by nobody
  }
}

function textOf(bytes: Uint8Array | string | null | undefined): string {
  if (bytes === null || bytes === undefined) return '';
  return Buffer.from(typeof bytes === 'string' ? bytes : Buffer.from(bytes).toString('base64'), 'base64').toString(
    'utf8',
  );
}
