import type { ServerResponse } from 'node:http';

/** Aborts when the connection closes, also when it already has: the client may leave while the book is written. */
export function goneSignal(response: ServerResponse): AbortSignal {
  const controller = new AbortController();
  if (response.destroyed || response.socket?.destroyed === true) controller.abort();
  response.once('close', () => {
    if (!response.writableFinished) controller.abort(); // a needless abort costs a stack trace per answer
  });
  return controller.signal;
}
