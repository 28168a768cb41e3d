import { boundedQueue } from '../../../../src/adapters/redis/bounded-queue';

/** A receiver that can be held, and that can be away. */
function receiver() {
  const got: number[][] = [];
  const outages: string[] = [];
  let release: () => void = () => undefined;
  let held: Promise<void> | undefined;
  let isAway = false;
  const send = async (items: readonly number[]) => {
    await held;
    if (isAway) throw new Error('away');
    got.push([...items]);
  };
  return {
    ...{ got, outages, send },
    onOutage: (error: unknown) => void outages.push((error as Error).message),
    hold: () => void (held = new Promise((resolve) => (release = resolve))),
    release: () => release(),
    away: (now: boolean) => void (isAway = now),
  };
}

test('what is pushed in one turn is sent as one part, in order', async () => {
  const to = receiver();
  const queue = boundedQueue(10, to.send, to.onOutage);
  for (const item of [1, 2, 3]) queue.push(item);
  await queue.close();
  queue.push(4);
  await queue.close();
  expect(to.got).toEqual([[1, 2, 3], [4]]);
});

test('behind a slow receiver the newest are kept, and no more than the bound', async () => {
  const to = receiver();
  const queue = boundedQueue(3, to.send, to.onOutage);
  to.hold();
  queue.push(0);
  await new Promise(setImmediate); // 0 is under way
  for (const item of [1, 2, 3, 4, 5]) queue.push(item);
  to.release();
  await queue.close();
  expect(to.got).toEqual([[0], [3, 4, 5]]);
  expect(to.outages).toEqual([]);
});

test('an outage is told once, loses what was sent meanwhile, and ends by itself; the next one is told again', async () => {
  const to = receiver();
  const queue = boundedQueue(3, to.send, to.onOutage);
  const pushed = async (item: number) => {
    queue.push(item);
    await queue.close();
  };
  to.away(true);
  await pushed(1);
  await pushed(2);
  expect(to.outages).toEqual(['away']);
  to.away(false);
  await pushed(3);
  to.away(true);
  await pushed(4);
  expect(to.got).toEqual([[3]]);
  expect(to.outages).toEqual(['away', 'away']);
});
