/** Keys as providers quote them ("sk-proj-…", also half masked), bearer tokens, and credentials inside URLs. */
const SECRET_SHAPES: [RegExp, string][] = [
  [/\b(?:sk|pk|org|proj)-[\w*.-]{4,}/g, '[redacted]'],
  [/\bBearer\s+\S+/gi, 'Bearer [redacted]'],
  [/:\/\/[^\s/@]+@/g, '://[redacted]@'],
];

/**
 * Makes a provider's text fit for errors, histories and logs: the known secrets and everything shaped like one are
 * replaced, control characters and lone surrogates (PostgreSQL's jsonb refuses both) become blanks.
 */
export function redact(text: string, secrets: readonly string[], maxChars = 500): string {
  const known = secrets
    .filter((secret) => secret.length >= 4)
    .reduce((rest, secret) => rest.replaceAll(secret, '[redacted]'), text);
  const shaped = SECRET_SHAPES.reduce((rest, [shape, mask]) => rest.replace(shape, mask), known);
  return shaped
    .replace(/[\p{Cc}\p{Cs}]+/gu, ' ')
    .trim()
    .slice(0, maxChars);
}
