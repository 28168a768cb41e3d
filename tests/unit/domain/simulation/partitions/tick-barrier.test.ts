import { type BarrierPlan, type Done, TickBarrier } from '../../../../../src/domain/simulation/partitions/tick-barrier';
import type { PartitionMessage } from '../../../../../src/domain/simulation/world';

const NAMES = ['north', 'east', 'south'];
const NORTH = 0;
const EAST = 1;
const SOUTH = 2;

const barrierOf = (plan: Partial<BarrierPlan> = {}) =>
  new TickBarrier({
    partitions: NAMES.map((name) => ({ name, neighbours: NAMES.filter((other) => other !== name) })),
    ...{ ticks: 4, every: 1, ackBeats: 6, missedBeatsMax: 3, atOnce: 3, atOncePerLane: 3, ...plan },
  });
const done = (tick: number): Done => ({ tick, calls: 0, costMicroUsd: 0, cpuMs: 0 });
const says = (from: string, tick: number, ...bodies: string[]): PartitionMessage[] =>
  bodies.map((body) => ({ from, tick, body }));
const failed = { status: 'failed' as const, reasonCode: 'x', reason: 'x' };
const turns = (barrier: TickBarrier) => barrier.next().map(({ position }) => position);

function opened(plan: Partial<BarrierPlan> = {}): TickBarrier {
  const barrier = barrierOf(plan);
  barrier.begin();
  barrier.next();
  return barrier;
}

test('nobody plays the next tick before everybody has played this one', () => {
  const barrier = barrierOf();
  barrier.begin();
  expect(barrier.next()).toEqual(NAMES.map((_, position) => ({ position, untilTick: 1, messages: [] })));
  barrier.arrived(SOUTH, done(1), []);
  barrier.arrived(NORTH, done(1), []);
  expect(barrier.isAtBarrier).toBe(false);
  expect(barrier.tick).toBe(0);
  expect(() => barrier.begin()).toThrow('where none is open');
  barrier.arrived(EAST, done(1), []);
  expect(barrier.isAtBarrier).toBe(true);
  expect(barrier.tick).toBe(1);
});

test('a window of several ticks ends with the run', () => {
  const barrier = opened({ every: 3 });
  for (const position of [NORTH, EAST, SOUTH]) barrier.arrived(position, done(3), []);
  barrier.begin();
  expect(barrier.next().map(({ untilTick }) => untilTick)).toEqual([4, 4, 4]);
});

test('messages arrive with the next window, by tick and by partition, whoever was faster', () => {
  const barrier = opened({ every: 2 });
  barrier.arrived(SOUTH, done(2), [...says('south', 1, 's1'), ...says('south', 2, 's2')]);
  barrier.arrived(NORTH, done(2), says('north', 2, 'n2', 'n3'));
  barrier.arrived(EAST, done(2), says('east', 1, 'e1'));
  barrier.begin();
  const heard = barrier.next().map(({ messages }) => messages.map(({ body }) => body));
  expect(heard).toEqual([
    ['e1', 's1', 's2'],
    ['s1', 'n2', 'n3', 's2'],
    ['e1', 'n2', 'n3'],
  ]);
  for (const position of [NORTH, EAST, SOUTH]) barrier.arrived(position, done(4), []);
});

test('what was heard is not heard again', () => {
  const barrier = opened();
  barrier.arrived(NORTH, done(1), says('north', 1, 'once'));
  for (const position of [EAST, SOUTH]) barrier.arrived(position, done(1), []);
  barrier.begin();
  barrier.next();
  for (const position of [NORTH, EAST, SOUTH]) barrier.arrived(position, done(2), []);
  barrier.begin();
  expect(barrier.next().flatMap(({ messages }) => messages)).toEqual([]);
});

test('only neighbours hear', () => {
  const partitions = [
    { name: 'north', neighbours: ['south'] },
    { name: 'east', neighbours: [] },
    { name: 'south', neighbours: [] },
  ];
  const barrier = opened({ partitions });
  barrier.arrived(NORTH, done(1), says('north', 1, 'n'));
  barrier.arrived(EAST, done(1), says('east', 1, 'e'));
  barrier.arrived(SOUTH, done(1), []);
  barrier.begin();
  expect(barrier.next().map(({ messages }) => messages.length)).toEqual([0, 0, 1]);
});

test('a partition that fails is over; the rest goes on, and what it had not yet handed in is lost with it', () => {
  const barrier = opened();
  barrier.arrived(NORTH, done(1), says('north', 1, 'n'));
  expect(barrier.end(EAST, failed)).toBe(true);
  expect(barrier.end(EAST, failed)).toBe(false);
  barrier.arrived(EAST, done(1), says('east', 1, 'too late'));
  barrier.arrived(SOUTH, done(1), []);
  barrier.begin();
  expect(barrier.next()).toEqual([
    { position: NORTH, untilTick: 2, messages: [] },
    { position: SOUTH, untilTick: 2, messages: says('north', 1, 'n') },
  ]);
});

test('an arrival counts once, and only for the window that is open', () => {
  const barrier = opened();
  barrier.arrived(NORTH, done(2), says('north', 2, 'ahead'));
  expect(barrier.partitions[NORTH]!.standing).toBe('playing');
  barrier.arrived(NORTH, done(1), says('north', 1, 'n'));
  barrier.arrived(NORTH, done(1), says('north', 1, 'n'));
  for (const position of [EAST, SOUTH]) barrier.arrived(position, done(1), []);
  barrier.begin();
  expect(barrier.next()[EAST]!.messages).toHaveLength(1);
});

test('so many play at once; the others have their turn in the same window', () => {
  const barrier = barrierOf({ atOnce: 2 });
  barrier.begin();
  expect(turns(barrier)).toEqual([NORTH, EAST]);
  expect(barrier.hasTurns).toBe(false);
  barrier.arrived(EAST, done(1), []);
  expect(barrier.hasTurns).toBe(true);
  expect(turns(barrier)).toEqual([SOUTH]);
  expect(barrier.isAtBarrier).toBe(false);
});

test('and so many on one lane', () => {
  const barrier = barrierOf({ atOncePerLane: 1 });
  barrier.seat(NORTH, 'eu');
  barrier.seat(EAST, 'eu');
  barrier.seat(SOUTH, 'us');
  barrier.begin();
  expect(turns(barrier)).toEqual([NORTH, SOUTH]);
  barrier.end(NORTH, failed);
  expect(turns(barrier)).toEqual([EAST]);
});

test('three heartbeats in a row may be missed, the fourth is one too many', () => {
  const barrier = opened();
  for (const position of [NORTH, SOUTH]) barrier.arrived(position, done(1), []);
  for (let beat = 1; beat <= 3; beat += 1) expect(barrier.beat()).toEqual([]);
  expect(barrier.beat()).toMatchObject([{ position: EAST, why: { reasonCode: 'heartbeats_missed' } }]);
});

test('who is heard lives on until the time of the window is over', () => {
  const barrier = opened({ every: 4 });
  for (let beat = 1; beat <= 6; beat += 1) {
    expect(barrier.beat()).toEqual([]);
    for (const position of [NORTH, EAST, SOUTH]) barrier.heard(position, 2);
  }
  const late = barrier.beat();
  expect(late.map(({ why }) => why.reasonCode)).toEqual(['ack_timeout', 'ack_timeout', 'ack_timeout']);
  expect(late[0]!.why.reason).toBe('It had played 2 of 4 ticks when the time for them was over.');
});

test('time runs for those that play, not for those that wait for their turn', () => {
  const barrier = barrierOf({ atOnce: 1, missedBeatsMax: 1 });
  barrier.begin();
  barrier.next();
  barrier.beat();
  barrier.arrived(NORTH, done(1), []);
  barrier.next();
  expect(barrier.beat()).toEqual([]);
  expect(barrier.beat()).toMatchObject([{ position: EAST }]);
});

test('it goes on in a new history where it stood, with what is still to be heard', () => {
  const barrier = opened();
  expect(() => barrier.carry()).toThrow('carried while partitions play');
  barrier.arrived(NORTH, done(1), says('north', 1, 'n'));
  barrier.end(EAST, failed);
  barrier.arrived(SOUTH, done(1), []);
  const plan = { ticks: 4, every: 1, ackBeats: 6, missedBeatsMax: 3, atOnce: 3, atOncePerLane: 3 };
  const partitions = NAMES.map((name) => ({ name, neighbours: NAMES }));
  const carried = JSON.parse(JSON.stringify(barrier.carry())) as ReturnType<TickBarrier['carry']>;
  const next = new TickBarrier({ ...plan, partitions }, carried);
  expect(next.tick).toBe(1);
  next.begin();
  expect(next.next()).toEqual([
    { position: NORTH, untilTick: 2, messages: [] },
    { position: SOUTH, untilTick: 2, messages: says('north', 1, 'n') },
  ]);
});

test('when everybody is over, so is the whole', () => {
  const barrier = opened({ ticks: 1 });
  for (const position of [NORTH, EAST]) barrier.end(position, { status: 'completed' }, done(1));
  expect(barrier.isOver).toBe(false);
  barrier.end(SOUTH, failed);
  expect(barrier.isOver).toBe(true);
  expect(barrier.tick).toBe(1);
});
