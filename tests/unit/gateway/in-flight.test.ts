import { InFlight } from '../../../src/gateway/in-flight';
import { until } from '../../support/until';
import type { CallContext, GatewayResult } from '../../../src/gateway/types';

const RESULT = { resultRef: 'r', costMicroUsd: 1, source: 'paid' } as GatewayResult;

function caller(): CallContext & { leave(): void; beats: number } {
  const controller = new AbortController();
  return {
    signal: controller.signal,
    beats: 0,
    heartbeat() {
      this.beats += 1;
    },
    leave: () => controller.abort(new Error('left')),
  };
}

/** Work that the test ends; it ends by itself when it is aborted, as the real one does. */
function work() {
  const running: { context: CallContext; finish(): void }[] = [];
  const run = (context: CallContext) =>
    new Promise<GatewayResult>((resolve, reject) => {
      context.signal.addEventListener('abort', () => reject(context.signal.reason as Error));
      running.push({ context, finish: () => resolve(RESULT) });
    });
  return { run, running };
}

test('callers of one key share one run; other keys have their own', async () => {
  const flights = new InFlight();
  const { run, running } = work();
  const answers = ['k', 'k', 'other'].map((key) => flights.join(key, caller(), run));
  expect([running.length, flights.size]).toEqual([2, 2]);
  for (const { finish } of running) finish();
  expect(await Promise.all(answers)).toEqual([RESULT, RESULT, RESULT]);
  expect(flights.size).toBe(0);
});

test('every caller gets the heartbeats', () => {
  const flights = new InFlight();
  const { run, running } = work();
  const [first, second] = [caller(), caller()];
  void flights.join('k', first, run);
  void flights.join('k', second, run);
  running[0]!.context.heartbeat();
  running[0]!.finish();
  expect([first.beats, second.beats]).toEqual([1, 1]);
});

test('one that leaves does not end the others; the last one that leaves ends the run', async () => {
  const flights = new InFlight();
  const { run, running } = work();
  const [first, second] = [caller(), caller()];
  const answers = [flights.join('k', first, run), flights.join('k', second, run)];
  first.leave();
  await expect(answers[0]).rejects.toThrow('left');
  expect(running[0]!.context.signal.aborted).toBe(false);
  second.leave();
  await expect(answers[1]).rejects.toThrow('left');
  expect(running[0]!.context.signal.aborted).toBe(true);
  await flights.idle();
  expect(flights.size).toBe(0);
});

test('after the end the key is free again, also when the run failed', async () => {
  const flights = new InFlight();
  await expect(flights.join('k', caller(), () => Promise.reject(new Error('no')))).rejects.toThrow('no');
  await expect(flights.join('k', caller(), () => Promise.resolve(RESULT))).resolves.toBe(RESULT);
});

test('who comes while an aborted run is still being booked gets a run of its own afterwards, not its cancellation', async () => {
  const flights = new InFlight();
  let booked = () => undefined as void;
  const slowEnd = (context: CallContext) =>
    new Promise<GatewayResult>((_, reject) => {
      context.signal.addEventListener('abort', () => (booked = () => reject(context.signal.reason as Error)));
    });
  const first = caller();
  const given = flights.join('k', first, slowEnd);
  first.leave();
  const { run, running } = work();
  const retried = flights.join('k', caller(), run);
  expect(running).toHaveLength(0); // the first still owns the attempt
  booked();
  await expect(given).rejects.toThrow('left');
  await until(
    () => running.length,
    (count) => count === 1,
  );
  running[0]!.finish();
  await expect(retried).resolves.toBe(RESULT);
});

test('who leaves while he waits for an aborted run to end starts nothing', async () => {
  const flights = new InFlight();
  let booked = () => undefined as void;
  const first = caller();
  const given = flights.join(
    'k',
    first,
    ({ signal }) =>
      new Promise((_, reject) =>
        signal.addEventListener('abort', () => (booked = () => reject(signal.reason as Error))),
      ),
  );
  first.leave();
  const { run, running } = work();
  const second = caller();
  const retried = flights.join('k', second, run);
  second.leave();
  booked();
  await expect(given).rejects.toThrow('left');
  await expect(retried).rejects.toThrow('left');
  expect(running).toHaveLength(0);
});
