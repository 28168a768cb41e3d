import * as fc from 'fast-check';
import { MicroBatcher, type Batch, type BatchLimits } from '../../../../src/domain/llm/micro-batch';

interface Request {
  id: number;
  tokens: number;
  group?: string;
}

const LIMITS: BatchLimits = { size: 3, intervalMs: 50, tokens: 100, atWork: 2 };
const request = (id: number, tokens = 10, group?: string): Request => ({ id, tokens, group });
const ids = (batch: Batch<Request> | null) => batch && [batch.reason, ...batch.items.map(({ id }) => id)];

function batcher(requests: readonly Request[], limits: Partial<BatchLimits> = {}) {
  const policy = new MicroBatcher<Request>({ ...LIMITS, ...limits });
  for (const one of requests) policy.add(0, one);
  return policy;
}

test('a full batch goes at once, the rest waits for its interval', () => {
  const policy = batcher([1, 2, 3, 4].map((id) => request(id)));
  expect(ids(policy.next(0, true))).toEqual(['size', 1, 2, 3]);
  expect(policy.next(49, true)).toBeNull();
  expect(policy.dueAtMs()).toBe(50);
  expect(ids(policy.next(50, true))).toEqual(['interval', 4]);
});

test('nobody waits for nobody; tokens fill a batch as well as requests; who asks need not wait', () => {
  expect(ids(batcher([request(1)]).next(0, false))).toEqual(['idle', 1]);
  expect(ids(batcher([request(1, 60), request(2, 60)]).next(0, true))).toEqual(['tokens', 1]);
  expect(ids(batcher([request(1, 500)]).next(0, true))).toEqual(['tokens', 1]);
  const asked = batcher([request(1)]);
  asked.ask();
  expect(ids(asked.next(0, true))).toEqual(['asked', 1]);
});

test('while the most batches are at work the next one fills, and goes when one ends', () => {
  const policy = batcher([request(1)], { atWork: 1 });
  expect(ids(policy.next(0, false))).toEqual(['idle', 1]);
  policy.add(1, request(2));
  policy.add(2, request(3));
  expect(policy.next(500, false)).toBeNull();
  expect(policy.dueAtMs()).toBeNull();
  policy.ended();
  expect(ids(policy.next(500, true))).toEqual(['interval', 2, 3]);
});

test('the group of the oldest goes first, and who has left does not go', () => {
  const left = request(5, 10, 'b');
  const policy = batcher([request(1, 10, 'a'), request(2, 10, 'b'), request(3, 10, 'b'), request(4, 10, 'a'), left]);
  expect(policy.remove(left)).toBe(true);
  expect(policy.remove(left)).toBe(false);
  expect(ids(policy.next(0, true))).toEqual(['size', 1, 4, 2]);
  expect(ids(policy.next(50, true))).toEqual(['interval', 3]);
});

type Step =
  | { do: 'add'; tokens: number; group: string }
  | { do: 'leave'; which: number }
  | { do: 'pass'; ms: number }
  | { do: 'end' | 'ask' };

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('add' as const),
      tokens: fc.nat(140),
      group: fc.constantFrom('a', 'b', 'c'),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('leave' as const), which: fc.nat(10) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('pass' as const), ms: fc.nat(80) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constantFrom('end' as const, 'ask' as const) }) },
);

/** What must be true of any batcher, whatever its code: who waits since when, and what went. */
class Model {
  nowMs = 0;
  made = 0;
  atWork = 0;
  waiting: (Request & { sinceMs: number; asked: boolean })[] = [];
  gone: number[] = [];

  constructor(readonly limits: BatchLimits) {}

  went({ reason, items }: Batch<Request>, moreComing: boolean): void {
    const { size, tokens, intervalMs, atWork } = this.limits;
    const oldest = this.waiting[0]!;
    const sum = items.reduce((all, item) => all + item.tokens, 0);
    expect(items.length).toBeGreaterThan(0);
    expect(items.length).toBeLessThanOrEqual(size);
    expect(items.length === 1 || sum <= tokens).toBe(true);
    expect((this.atWork += 1)).toBeLessThanOrEqual(atWork);
    expect(items.map(({ id }) => id)).toContain(oldest.id);
    if (reason === 'size') expect(items).toHaveLength(size);
    if (reason === 'tokens') expect(items.length < this.waiting.length || sum >= tokens).toBe(true);
    if (reason === 'interval') expect(this.nowMs - oldest.sinceMs).toBeGreaterThanOrEqual(intervalMs);
    if (reason === 'asked') expect(oldest.asked).toBe(true);
    if (reason === 'idle') expect(moreComing).toBe(false);
    for (const { id } of items) {
      const at = this.waiting.findIndex((other) => other.id === id);
      expect(at).toBeGreaterThanOrEqual(0); // nobody goes twice, and nobody who left
      this.waiting.splice(at, 1);
      this.gone.push(id);
    }
  }

  /** Nothing more went: there is a reason for everybody who still waits. */
  settled(policy: MicroBatcher<Request>, moreComing: boolean): void {
    expect([policy.waiting, policy.atWork]).toEqual([this.waiting.length, this.atWork]);
    if (this.waiting.length === 0 || this.atWork === this.limits.atWork) return;
    const [oldest] = this.waiting;
    expect(moreComing).toBe(true);
    expect(oldest!.asked).toBe(false);
    expect(this.waiting.length).toBeLessThan(this.limits.size);
    expect(this.nowMs - oldest!.sinceMs).toBeLessThan(this.limits.intervalMs);
    expect(policy.dueAtMs()).toBe(oldest!.sinceMs + this.limits.intervalMs);
  }
}

test('model: whatever comes, leaves, ends and asks in virtual time, everybody goes once or left, and nobody waits without a reason', () => {
  const limits = fc.record({
    size: fc.integer({ min: 1, max: 6 }),
    intervalMs: fc.integer({ min: 0, max: 100 }),
    tokens: fc.integer({ min: 1, max: 300 }),
    atWork: fc.integer({ min: 1, max: 3 }),
  });
  fc.assert(
    fc.property(limits, fc.array(fc.tuple(step, fc.boolean()), { maxLength: 60 }), (given, steps) => {
      const model = new Model(given);
      const policy = new MicroBatcher<Request>(given);
      const requests = new Map<number, Request>();
      const look = (moreComing: boolean) => {
        for (let batch = policy.next(model.nowMs, moreComing); batch; batch = policy.next(model.nowMs, moreComing))
          model.went(batch, moreComing);
        model.settled(policy, moreComing);
      };
      for (const [one, moreComing] of steps) {
        if (one.do === 'add') {
          const added = { id: (model.made += 1), tokens: one.tokens, group: one.group };
          requests.set(added.id, added);
          model.waiting.push({ ...added, sinceMs: model.nowMs, asked: false });
          policy.add(model.nowMs, added);
        }
        if (one.do === 'leave') {
          const [left] = model.waiting.splice(one.which, 1);
          if (left) expect(policy.remove(requests.get(left.id)!)).toBe(true);
        }
        if (one.do === 'pass') model.nowMs += one.ms;
        if (one.do === 'ask') {
          policy.ask();
          model.waiting.forEach((waiting) => (waiting.asked = true));
        }
        if (one.do === 'end' && model.atWork > 0) {
          policy.ended();
          model.atWork -= 1;
        }
        look(moreComing);
      }
      // Stopped: asked for, and every batch at work ends.
      policy.ask();
      model.waiting.forEach((waiting) => (waiting.asked = true));
      while (model.waiting.length > 0) {
        for (; model.atWork > 0; model.atWork -= 1) policy.ended();
        look(true);
      }
      expect(new Set(model.gone).size).toBe(model.gone.length);
    }),
    { numRuns: 500 },
  );
});
