import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';

/** The user's cache for things that take long to get. The XDG rule: a relative XDG_CACHE_HOME is ignored. */
export function cacheFolder(...parts: string[]): string {
  const xdg = process.env['XDG_CACHE_HOME'];
  const base = xdg !== undefined && isAbsolute(xdg) ? xdg : join(homedir(), '.cache');
  return join(base, 'longhaul', ...parts);
}
