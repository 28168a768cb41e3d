export interface BoundedQueue<T> {
  /** Never throws and never waits. Above the bound what is oldest is dropped. */
  push(this: void, item: T): void;
  /** Sends what is left. */
  close(): Promise<void>;
}

/**
 * Sends what may be lost, in order, one part at a time. What could not be sent is dropped and not tried again; each outage
 * is told once, however much it takes.
 */
export function boundedQueue<T>(
  most: number,
  send: (items: readonly T[]) => Promise<void>,
  onOutage: (error: unknown) => void,
): BoundedQueue<T> {
  let waiting: T[] = [];
  let sending: Promise<void> | undefined;
  let isOut = false;
  const sendPart = async () => {
    const part = waiting;
    waiting = [];
    try {
      await send(part);
      isOut = false;
    } catch (error) {
      if (!isOut) onOutage(error);
      isOut = true;
    }
  };
  const sendAll = async () => {
    while (waiting.length > 0) await sendPart();
    sending = undefined;
  };
  return {
    push: (item) => {
      waiting.push(item);
      if (waiting.length > most) waiting.shift();
      // In a later turn: whoever pushes many pushes them into one part.
      sending ??= Promise.resolve().then(sendAll);
    },
    close: async () => sending,
  };
}
