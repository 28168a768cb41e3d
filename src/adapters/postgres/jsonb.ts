/**
 * JSON text that PostgreSQL's jsonb takes. It refuses U+0000 and lone surrogates, which JSON.stringify writes as escapes.
 * Models emit the first, and cutting a text in the middle of an emoji makes the second; a settle that fails on such a
 * character would fail for ever. Each becomes U+FFFD.
 */
export function toJsonb(value: unknown): string {
  return JSON.stringify(value, (_key, item: unknown) => (typeof item === 'string' ? storableText(item) : item));
}

const UNSTORABLE = /\0|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;

export function storableText(text: string): string {
  return text.replace(UNSTORABLE, '\ufffd');
}
