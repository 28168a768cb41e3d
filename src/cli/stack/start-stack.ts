import { startStack, type Stack, type StackOptions } from '../../adapters/embedded';
import { SEARCH_ATTRIBUTES } from '../../contracts/search-attributes';
import type { Console } from '../view/console';
import { externalServices } from './external-services';
import { printEvent } from './print-event';

/**
 * The scripted model server takes more than the defaults, which are those of a small account at a provider. What the
 * user set wins, because the environment is passed on first.
 */
const LIMITS = { LONGHAUL_REQUESTS_PER_MINUTE: '6000', LONGHAUL_CONCURRENT_REQUESTS: '50' } as const;

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
  const unset = Object.entries(LIMITS).filter(([name]) => process.env[name] === undefined);
  try {
    return await startStack({
      ...options,
      dir,
      external: externalServices(),
      searchAttributes: SEARCH_ATTRIBUTES,
      workerEnv: Object.fromEntries(unset),
      onEvent: printEvent(console),
    });
  } catch (error) {
    options.signal.throwIfAborted(); // what failed while it was being given up is no news
    throw error;
  }
}
