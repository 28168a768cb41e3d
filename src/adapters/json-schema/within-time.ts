import { createContext, Script } from 'node:vm';

/** Only a script's own clock can interrupt JavaScript that does not return; regular expressions are ended by it, too. */
const sandbox = createContext({ work: undefined });
const script = new Script('work()');

/** Runs `work` to its end, or stops it. @throws what it throws, or an error with code ERR_SCRIPT_EXECUTION_TIMEOUT. */
export function withinTime<T>(work: () => T, timeoutMs: number): T {
  sandbox['work'] = work;
  try {
    return script.runInContext(sandbox, { timeout: timeoutMs }) as T;
  } finally {
    sandbox['work'] = undefined;
  }
}
