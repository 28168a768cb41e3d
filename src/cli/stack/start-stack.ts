import { loadSettings } from '../../adapters/config';
import { startStack, type Stack, type StackOptions } from '../../adapters/embedded';
import { SEARCH_ATTRIBUTES } from '../../contracts/search-attributes';
import type { Console } from '../view/console';
import { externalServices } from './external-services';
import { printEvent } from './print-event';

/** The scripted model server takes more than the defaults, which are those of a small account at a provider. */
const SCRIPTED = {
  requestsPerMinute: 6_000,
  requestsPerHour: 0,
  requestsPerDay: 0,
  tokensPerMinute: 0,
  concurrentRequests: 50,
} as const;

/**
 * What `up` and `demo` start alike, in `dir`; the ladders are printed as they are walked.
 *
 * @throws what `startStack` throws; the signal's reason when it was given up meanwhile
 */
export async function startStackIn(
  dir: string,
  options: Pick<StackOptions, 'ports' | 'standby'> & { signal: AbortSignal },
  console: Console,
): Promise<Stack> {
  try {
    return await startStack({
      ...options,
      dir,
      external: externalServices(),
      searchAttributes: SEARCH_ATTRIBUTES,
      workerEnv: scriptedLimits(),
      onEvent: printEvent(console),
    });
  } catch (error) {
    options.signal.throwIfAborted(); // what failed while it was being given up is no news
    throw error;
  }
}

/** For the scripted model server alone. A limit that the user set, wherever, stays. */
function scriptedLimits(): Record<string, string> {
  const { origins } = loadSettings({ env: process.env, cwd: process.cwd() });
  const unset = (name: string) => origins.get(`llm.${name}`) === 'default';
  if (!unset('limits')) return {};
  const limits = Object.entries(SCRIPTED).filter(([name]) => unset(name));
  return { LONGHAUL_LIMITS: JSON.stringify([{ provider: 'scripted', ...Object.fromEntries(limits) }]) };
}
