const HIDDEN = '****';

/** By name: `anything:else` parses as a URL, too, and may be a token. */
const CONNECTION = /^(postgres|postgresql|redis|rediss|https?):\/\//;

/** A secret as it may be shown: of a connection string only the password is hidden, of anything else everything. */
export function masked(value: unknown): string {
  const text = String(value);
  if (!CONNECTION.test(text) || !URL.canParse(text)) return HIDDEN;
  const url = new URL(text);
  if (url.password !== '') url.password = HIDDEN;
  return url.search === '' ? url.href : `${url.href.split('?')[0]}?${HIDDEN}`; // parameters may hold a password, too
}
