import { Context } from '@temporalio/activity';

/** Four beats within the heartbeat timeout of 3 s, so that one late timer does not restart a paid call. */
const INTERVAL_MS = 700;

/**
 * Heartbeats tell Temporal that this process lives, and bring cancellations back. They are not progress: a silent
 * provider is ended by the deadlines of the call itself.
 */
export async function heartbeating<T>(work: (heartbeat: () => void) => Promise<T>): Promise<T> {
  const context = Context.current();
  const beat = () => context.heartbeat();
  const timer = setInterval(beat, INTERVAL_MS);
  try {
    return await work(beat);
  } finally {
    clearInterval(timer);
  }
}
