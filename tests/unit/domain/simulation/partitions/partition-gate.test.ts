import { MESSAGES_PER_WINDOW_MAX, PartitionGate } from '../../../../../src/domain/simulation/partitions/partition-gate';

const message = { from: 'south', tick: 1, body: 'hello' };

test('ticks are played up to where the window ends, and what was heard is heard by the first of them', () => {
  const gate = new PartitionGate('north');
  expect(gate.isOpen).toBe(false);
  gate.open(2, [message]);
  expect(gate.heard).toEqual([message]);
  gate.played(1, ['a']);
  expect(gate.heard).toEqual([]);
  expect(gate.isOpen).toBe(true);
  gate.played(2, ['b', 'c']);
  expect(gate.isOpen).toBe(false);
  expect(gate.takeSaid()).toEqual([
    { from: 'north', tick: 1, body: 'a' },
    { from: 'north', tick: 2, body: 'b' },
    { from: 'north', tick: 2, body: 'c' },
  ]);
  expect(gate.takeSaid()).toEqual([]);
});

test('a window that was opened before is not opened again', () => {
  const gate = new PartitionGate('north');
  gate.open(2, []);
  gate.played(2, []);
  gate.open(2, [message]);
  expect(gate).toMatchObject({ isOpen: false, heard: [] });
});

test('a world that never stops talking is a defect', () => {
  const gate = new PartitionGate('north');
  gate.open(2, []);
  gate.played(1, Array<string>(MESSAGES_PER_WINDOW_MAX).fill('x'));
  expect(() => gate.played(2, ['x'])).toThrow('more than 256 messages');
});

test('it goes on in a new history, in the middle of a window too', () => {
  const gate = new PartitionGate('north');
  gate.open(3, [message]);
  gate.played(1, ['a']);
  const next = new PartitionGate('north', gate.carry());
  expect(next).toMatchObject({ tick: 1, untilTick: 3, isOpen: true, heard: [] });
  expect(next.takeSaid()).toHaveLength(1);
});
