import { OwnTurns } from '../../../../src/activities/simulation/own-turns';
import { RecordingTurns } from '../../../../src/activities/simulation/recording-turns';

const RUN = 'run';

test('a stretch begins where the one before it ends, whoever comes first to its work', async () => {
  const turns = new RecordingTurns(new OwnTurns());
  const done: string[] = [];
  const first = held();
  const a = turns.take(RUN, { from: 0, to: 4 }, () => first.promise.then(() => void done.push('a')));
  const b = turns.take(RUN, { from: 4, to: 8 }, async () => void done.push('b'));
  await turns.take('other run', { from: 4, to: 8 }, async () => void done.push('other'));
  expect(done).toEqual(['other']);
  first.release();
  await Promise.all([a, b]);
  expect(done).toEqual(['other', 'a', 'b']);
});

test('what failed lets the next one find out for itself, and is awaited again when it is tried again', async () => {
  const turns = new RecordingTurns(new OwnTurns());
  const first = held();
  const failed = turns.take(RUN, { from: 0, to: 4 }, () => first.promise.then(() => Promise.reject(new Error('away'))));
  const next = turns.take(RUN, { from: 4, to: 8 }, () => Promise.resolve('looked'));
  first.release();
  await expect(failed).rejects.toThrow('away');
  expect(await next).toBe('looked');

  const second = held();
  const order: string[] = [];
  const again = turns.take(RUN, { from: 0, to: 4 }, () => second.promise.then(() => void order.push('again')));
  const after = turns.take(RUN, { from: 4, to: 8 }, async () => void order.push('after'));
  second.release();
  await Promise.all([again, after]);
  expect(order).toEqual(['again', 'after']);
});

function held(): { promise: Promise<void>; release: () => void } {
  let release = (): void => undefined;
  const promise = new Promise<void>((resolve) => (release = resolve));
  return { promise, release: () => release() };
}
