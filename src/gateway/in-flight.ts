import type { TextPiece } from '../domain/llm/live-text';
import type { CallContext, GatewayResult } from './types';

interface Flight {
  answer: Promise<GatewayResult>;
  callers: Set<CallContext>;
  controller: AbortController;
  /** What the last of its callers said of it on leaving. */
  given: { up: boolean };
}

/**
 * One execution per call key in this process. A second activity attempt of the same call (its first one was given up by
 * the server, but the request lives) attaches to it instead of waiting for a lease that this very process renews.
 */
export class InFlight {
  readonly #flights = new Map<string, Flight>();

  get size(): number {
    return this.#flights.size;
  }

  /** Runs `work`, or attaches to the run under this key. The work is aborted when the last of its callers leaves. */
  async join(
    callKey: string,
    caller: CallContext,
    work: (context: CallContext) => Promise<GatewayResult>,
  ): Promise<GatewayResult> {
    // One that was aborted is only being booked: whoever came later would be told of a cancellation that nobody asked of
    // him, and a cancellation is not retried. Its end is waited for, because until then it owns the attempt.
    for (let dying = this.#dying(callKey); dying; dying = this.#dying(callKey)) {
      await dying.answer.catch(() => undefined);
      caller.signal.throwIfAborted();
    }
    const flight = this.#flights.get(callKey) ?? this.#begin(callKey, work);
    flight.callers.add(caller);
    return leaveOnAbort(flight, caller);
  }

  /** Resolves when nothing is under way. */
  async idle(): Promise<void> {
    while (this.#flights.size > 0) await Promise.allSettled([...this.#flights.values()].map((flight) => flight.answer));
  }

  #dying(callKey: string): Flight | undefined {
    const flight = this.#flights.get(callKey);
    return flight?.controller.signal.aborted ? flight : undefined;
  }

  #begin(callKey: string, work: (context: CallContext) => Promise<GatewayResult>): Flight {
    const controller = new AbortController();
    const given = { up: false };
    const callers = new Set<CallContext>();
    const heartbeat = () => callers.forEach((caller) => caller.heartbeat());
    const onDelta = (piece: TextPiece) => callers.forEach((caller) => caller.onDelta?.(piece));
    const context = { signal: controller.signal, unwanted: () => given.up, heartbeat, onDelta };
    const answer = work(context).finally(() => this.#flights.delete(callKey));
    answer.catch(() => undefined); // every caller gets the rejection from its own promise
    const flight = { answer, callers, controller, given };
    this.#flights.set(callKey, flight);
    return flight;
  }
}

/** The last caller stays until the attempt is booked; earlier ones leave at once, the request goes on without them. */
async function leaveOnAbort(flight: Flight, caller: CallContext): Promise<GatewayResult> {
  let leave: (reason: unknown) => void = () => undefined;
  const left = new Promise<never>((_, reject) => (leave = reject));
  const onAbort = () => {
    flight.callers.delete(caller);
    if (flight.callers.size > 0) return leave(caller.signal.reason);
    flight.given.up = caller.unwanted?.() === true;
    flight.controller.abort(caller.signal.reason);
  };
  if (caller.signal.aborted) onAbort();
  else caller.signal.addEventListener('abort', onAbort, { once: true });
  try {
    return await Promise.race([flight.answer, left]);
  } finally {
    caller.signal.removeEventListener('abort', onAbort);
    flight.callers.delete(caller);
  }
}
