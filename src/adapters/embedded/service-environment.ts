/** What a server needs of the environment that it is started from: where programs, libraries and temporary files are, and its language. */
const NAMES: ReadonlySet<string> = new Set([
  ...['PATH', 'HOME', 'USER', 'LOGNAME', 'LANG', 'LANGUAGE', 'TZ', 'TMPDIR', 'XDG_RUNTIME_DIR'],
  ...['LD_LIBRARY_PATH', 'DYLD_LIBRARY_PATH', 'SystemRoot'],
  ...['GODEBUG', 'GOGC', 'GOMAXPROCS', 'GOMEMLIMIT', 'NODE_OPTIONS'],
]);

/**
 * A service that listens on a socket gets no more than it needs: with all of ours it would hold the provider's key, which
 * any of its bugs, dumps or `/proc` could give away.
 */
export function serviceEnvironment(
  more: Readonly<Record<string, string>> = {},
  from: NodeJS.ProcessEnv = process.env,
): NodeJS.ProcessEnv {
  const kept = Object.entries(from).filter(([name]) => NAMES.has(name) || name.startsWith('LC_'));
  return { ...Object.fromEntries(kept), ...more };
}
