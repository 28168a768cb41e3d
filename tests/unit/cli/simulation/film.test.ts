import { once } from 'node:events';
import { film } from '../../../../src/cli/simulation/film';
import type { ApiClient } from '../../../../src/client/api-client';
import type { ServerEvent } from '../../../../src/client/server-events';

const LOOKS = 6;

/** A stream that says one frame and nothing more, until it is ended or left. */
function quietStream() {
  const ending = new AbortController();
  async function* events(_path: string, _query: unknown, left: AbortSignal): AsyncGenerator<ServerEvent> {
    yield { type: 'frame', id: '1', data: { tick: 1 } };
    await once(AbortSignal.any([ending.signal, left]), 'abort');
  }
  return { api: { events } as unknown as ApiClient, end: () => ending.abort() };
}

function reactionsPerPromise() {
  const counts = new Map<Promise<unknown>, number>();
  const original = Promise.prototype.then;
  const spy = jest.spyOn(Promise.prototype, 'then').mockImplementation(function (this: Promise<unknown>, ...on) {
    counts.set(this, (counts.get(this) ?? 0) + 1);
    return original.apply(this, on);
  } as typeof original);
  return { most: () => Math.max(0, ...counts.values()), restore: () => spy.mockRestore() };
}

test('who watches a quiet run leaves nothing behind with each look, and hears its end at once', async () => {
  const { api, end } = quietStream();
  const reactions = reactionsPerPromise();
  const frames: unknown[] = [];
  let looks = 0;
  try {
    const signal = new AbortController().signal;
    for await (const more of film({ api, runId: 'run', signal, note: () => undefined }, 0)) {
      frames.push(...more);
      looks += 1;
      if (looks === LOOKS) end();
    }
  } finally {
    reactions.restore();
  }
  expect(frames).toEqual([{ tick: 1 }]);
  expect(looks).toBe(LOOKS + 1);
  expect(reactions.most()).toBeLessThan(LOOKS);
});

test('a watcher that leaves ends with the reason it was given', async () => {
  const leaving = new AbortController();
  const watching = film({ api: quietStream().api, runId: 'run', signal: leaving.signal, note: () => undefined }, 0);
  await watching.next();
  leaving.abort(new Error('enough'));
  await expect(watching.next()).rejects.toThrow('enough');
});
