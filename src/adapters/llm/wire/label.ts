/** Names from outside go into rows and headers, so a broken server must not make them endless. */
const LABEL_CHARS_MAX = 256;

/** A name that a provider gave, or undefined when it gave none. */
export function label(text: unknown): string | undefined {
  return typeof text === 'string' && text !== '' ? text.slice(0, LABEL_CHARS_MAX) : undefined;
}
