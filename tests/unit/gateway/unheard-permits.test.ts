import { UnheardPermits } from '../../../src/gateway/unheard-permits';

const LEASE_MS = 1_000;
const nobodyWaits = () => false;

test('what nobody heard of and nobody waits for is given back, once', () => {
  const unheard = new UnheardPermits<string>(LEASE_MS);
  unheard.add(0, ['a', 'b']);
  expect(unheard.take(10, (wanted) => wanted === 'b')).toEqual(['a']);
  expect(unheard.take(20, nobodyWaits)).toEqual(['b']);
  expect(unheard.take(30, nobodyWaits)).toEqual([]);
});

test('what was heard of in the end is kept', () => {
  const unheard = new UnheardPermits<string>(LEASE_MS);
  unheard.add(0, ['a', 'b']);
  unheard.heard(['a']);
  expect(unheard.take(10, nobodyWaits)).toEqual(['b']);
});

test('after its lease nothing is held: a long outage leaves nothing to give back', () => {
  const unheard = new UnheardPermits<string>(LEASE_MS);
  unheard.add(0, ['early']);
  unheard.add(999, ['late']);
  expect(unheard.take(1_000, nobodyWaits)).toEqual(['late']);
});
