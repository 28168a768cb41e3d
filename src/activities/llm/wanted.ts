import { Context } from '@temporalio/activity';
import type { CallContext } from '../../gateway';

/**
 * A process that was stopped longer than its heartbeat timeout finds on waking that Temporal gave its attempts up and
 * started them anew, here. Aborting at once what is under way raced with those new attempts, which attach to it: 8 of 26
 * calls were paid twice on a busy machine.
 */
const SUCCESSOR_WITHIN_MS = 5_000;

/** The signal is aborted at once when a cancel was asked for, later when only this attempt was given up. */
export function wanted(): Required<Pick<CallContext, 'signal' | 'unwanted'>> {
  const context = Context.current();
  const { cancellationSignal: asked } = context;
  const given = new AbortController();
  const abort = () => given.abort(asked.reason);
  const onAbort = () => {
    const { notFound, timedOut, cancelRequested } = context.cancellationDetails ?? {};
    if ((notFound || timedOut) && !cancelRequested) setTimeout(abort, SUCCESSOR_WITHIN_MS).unref();
    else abort();
  };
  if (asked.aborted) onAbort();
  else asked.addEventListener('abort', onAbort, { once: true });
  return { signal: given.signal, unwanted: () => context.cancellationDetails?.cancelRequested === true };
}
