import { forkCalls } from '../../../../bench/simulation/fork';

/** A call key holds the ticks that are done: a fork from tick 8 decides the ninth one with `…/8/seller/0`. */
const keyed = (...ticksDone: number[]) =>
  ticksDone.map((tick) => `01a1fdf0-2987-73f9-b6d7-85933f0bd301/${tick}/seller/0`);

test('calls that decide ticks after the fork’s are its own', () => {
  expect(forkCalls(keyed(8, 9, 10), 8)).toEqual({ before: 0, after: 3 });
});

test('a call for the fork’s own tick, or one before it, was the parent’s', () => {
  expect(forkCalls(keyed(0, 7, 8), 8)).toEqual({ before: 2, after: 1 });
});
