import fc from 'fast-check';
import { Batch, type MemberStatus } from '../../../../src/domain/agents/batch';

const ENDS = ['completed', 'partially_completed', 'failed', 'cancelled'] as const;

test.each<[string, MemberStatus[], string, string | undefined]>([
  ['all completed', ['completed', 'completed'], 'completed', undefined],
  ['one failed', ['completed', 'failed'], 'partially_completed', 'runs_not_completed'],
  ['one in part, one failed', ['partially_completed', 'failed'], 'partially_completed', 'runs_not_completed'],
  ['none brought anything', ['failed', 'cancelled'], 'failed', 'runs_not_completed'],
])('%s', (_, ends, status, reasonCode) => {
  const batch = new Batch(ends.length, 10);
  for (const position of batch.start()) batch.end(position, ends[position]!);
  expect(batch.ending()).toMatchObject({ status });
  expect(batch.ending().reasonCode).toBe(reasonCode);
});

test('a cancelled batch starts nothing more and ends when what runs has ended', () => {
  const batch = new Batch(5, 2);
  batch.start();
  batch.cancel();
  batch.end(0, 'cancelled');
  expect(batch.start()).toEqual([]);
  expect(batch.isOver).toBe(false);
  batch.end(1, 'completed');
  expect(batch.isOver).toBe(true);
  expect(batch.ending().status).toBe('cancelled');
});

test('wrong moves are refused loudly', () => {
  const batch = new Batch(1, 1);
  expect(() => batch.end(0, 'completed')).toThrow(/did not run/);
  batch.start();
  expect(() => batch.carry()).toThrow(/while 1 members run/);
  expect(() => batch.ending()).toThrow(/while 1 members run/);
  expect(() => new Batch(1, 0)).toThrow(/window of 0/);
  expect(() => new Batch(3, 1, { next: 2, ended: { completed: 1 } })).toThrow(/2 members were started, 1 have ended/);
});

test('any ends in any order, drained at any moment: every member once, in order, never more than the window at once', () => {
  const random = fc.record({
    total: fc.integer({ min: 1, max: 40 }),
    window: fc.integer({ min: 1, max: 8 }),
    steps: fc.array(fc.record({ pick: fc.nat(), end: fc.constantFrom(...ENDS), drain: fc.boolean() }), {
      minLength: 40,
      maxLength: 40,
    }),
  });
  fc.assert(
    fc.property(random, ({ total, window, steps }) => {
      let batch = new Batch(total, window);
      const order: number[] = [];
      const expected = new Map<MemberStatus, number>();
      let running: number[] = [];
      for (let step = 0; !batch.isOver; step++) {
        const { pick, end, drain } = steps[step % steps.length]!;
        const started = batch.start();
        order.push(...started);
        running.push(...started);
        expect(running.length).toBeLessThanOrEqual(window);
        expect(batch.runningCount).toBe(running.length);
        if (running.length > 0) {
          const position = running[pick % running.length]!;
          running = running.filter((other) => other !== position);
          batch.end(position, end);
          expected.set(end, (expected.get(end) ?? 0) + 1);
        }
        if (drain) batch.drain();
        if (batch.isDrained && !batch.isOver) batch = new Batch(total, window, batch.carry());
      }
      expect(order).toEqual(Array.from({ length: total }, (_, position) => position));
      for (const end of ENDS) expect(batch.count(end)).toBe(expected.get(end) ?? 0);
    }),
  );
});
