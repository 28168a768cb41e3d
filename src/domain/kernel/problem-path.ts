/** `agents[3].dependencies[0]`: where a problem is, as a person would write it down. The root is `(root)`. */
export function problemPath(segments: readonly PropertyKey[]): string {
  if (segments.length === 0) return '(root)';
  return segments.reduce<string>((path, segment) => path + step(segment, path === ''), '');
}

/** A longer one is shortened, and then quoted to show it. */
const PLAIN_NAME = /^[A-Za-z_][\w-]{0,63}$/;

function step(segment: PropertyKey, first: boolean): string {
  if (typeof segment === 'number') return `[${segment}]`;
  const name = String(segment);
  if (!PLAIN_NAME.test(name)) return `[${JSON.stringify(shortened(name))}]`;
  return first ? name : `.${name}`;
}

/** A hostile key may be a megabyte long, or hold what no store takes (JSON.stringify escapes it). */
function shortened(name: string): string {
  return name.length > 64 ? `${name.slice(0, 60)}…` : name;
}
