import * as fc from 'fast-check';
import { BatchLane, LaneBatch, type LanePolicy } from '../../../../src/domain/llm/batch-lane';

const POLICY: LanePolicy = { ageMs: 60_000, lookMs: 1_000, lookMsMax: 5_000 };
const opened = () => LaneBatch.opened(POLICY, 'b', 0);

test('a batch fills until its age, is closed, submitted, looked at, collected, and over', () => {
  const batch = opened();
  expect(batch.next(0)).toEqual({ do: 'rest', forMs: 60_000 });
  expect(batch.next(59_999)).toEqual({ do: 'rest', forMs: 1 });
  expect(batch.next(60_000)).toEqual({ do: 'close' });
  batch.closed(3);
  expect(batch.next(60_000)).toEqual({ do: 'submit' });
  batch.submitted(false, 60_100);
  expect(batch.next(60_100)).toEqual({ do: 'rest', forMs: 1_000 });
  expect(batch.next(61_100)).toEqual({ do: 'look' });
  batch.looked(true, 61_200);
  expect(batch.next(61_200)).toEqual({ do: 'collect' });
  batch.collected();
  expect(batch.next(61_200)).toEqual({ do: 'end' });
});

test('told to be full, it is closed at once; told so later, nothing happens', () => {
  const batch = opened();
  batch.filled();
  expect(batch.next(1)).toEqual({ do: 'close' });
  batch.closed(1);
  batch.filled();
  expect(batch.next(2)).toEqual({ do: 'submit' });
});

test('one that turns out to be empty, or that the provider refuses, is over', () => {
  const empty = opened();
  empty.closed(0);
  expect(empty.next(0)).toEqual({ do: 'end' });
  const refused = opened();
  refused.closed(1);
  refused.submitted(true, 0);
  expect(refused.next(0)).toEqual({ do: 'end' });
});

test('each look waits half as long again as the one before, up to the longest wait', () => {
  const batch = opened();
  batch.closed(1);
  batch.submitted(false, 0);
  const waits = [0, 1, 2, 3, 4, 5].map(() => {
    batch.looked(false, 0);
    return batch.next(0);
  });
  // 1000 × 1.5 = 1500, 2250, 3375, 5062.5 > 5000
  expect(waits).toEqual([1_500, 2_250, 3_375, 5_000, 5_000, 5_000].map((forMs) => ({ do: 'rest', forMs })));
});

test('a step out of its turn is a defect, and says so', () => {
  expect(() => opened().submitted(false, 0)).toThrow('LaneBatch: submitted while filling');
  expect(() => opened().looked(false, 0)).toThrow('LaneBatch: looked at while filling');
  expect(() => opened().collected()).toThrow('LaneBatch: collected while filling');
});

test('a lane is told of a batch once, however often it is said', () => {
  const lane = new BatchLane(POLICY);
  lane.tell('b', false, 0);
  lane.tell('b', true, 5);
  lane.tell('c', true, 5);
  expect(lane.takeFresh().map(({ batchId, phase }) => [batchId, phase])).toEqual([
    ['b', 'full'],
    ['c', 'full'],
  ]);
  lane.tell('b', true, 6);
  expect([lane.hasFresh, lane.size, lane.isIdle]).toEqual([false, 2, false]);
});

test('carried over at any moment, a batch goes on as if nothing had happened', () => {
  const moves = fc.array(fc.nat(20_000), { minLength: 1, maxLength: 30 });
  fc.assert(
    fc.property(moves, fc.nat(29), fc.nat(4), (waits, cutAt, looks) => {
      const lane = new BatchLane(POLICY);
      lane.tell('b', false, 0);
      let kept = lane.takeFresh()[0]!;
      let carried = kept;
      let now = 0;
      for (const [index, waitMs] of waits.entries()) {
        now += waitMs;
        if (index === cutAt) carried = LaneBatch.carried(POLICY, carried.carry());
        expect(carried.next(now)).toEqual(kept.next(now));
        for (const batch of new Set([kept, carried])) advance(batch, now, looks);
      }
      kept = carried;
    }),
  );
});

/** Does what is to be done; a batch has ended after so many looks. */
function advance(batch: LaneBatch, nowMs: number, looks: number): void {
  switch (batch.next(nowMs).do) {
    case 'close':
      return batch.closed(1);
    case 'submit':
      return batch.submitted(false, nowMs);
    case 'look':
      return batch.looked(batch.carry().looks >= looks, nowMs);
    case 'collect':
      return batch.collected();
    default:
      return;
  }
}
