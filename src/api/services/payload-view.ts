/** JSON as it is, other text as a string, the rest in base64; what a type promises but the bytes do not keep, too. */
export function payloadView(
  mime: string,
  bytes: Uint8Array,
): { encoding: 'json' | 'utf8' | 'base64'; payload: unknown } {
  const text = utf8OrNull(bytes);
  if (text === null) return { encoding: 'base64', payload: Buffer.from(bytes).toString('base64') };
  if (isJson(mime)) {
    const parsed = jsonOrUndefined(text);
    if (parsed !== undefined) return { encoding: 'json', payload: parsed };
  }
  return { encoding: 'utf8', payload: text };
}

function isJson(mime: string): boolean {
  return /^application\/(json|[\w.-]+\+json)(;|$)/.test(mime);
}

function utf8OrNull(bytes: Uint8Array): string | null {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return null; // Not text: the caller shows it in base64.
  }
}

function jsonOrUndefined(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined; // Not what its type promised: the caller shows it as text.
  }
}
