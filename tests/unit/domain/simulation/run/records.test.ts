import { ExternalRequests } from '../../../../../src/domain/simulation/run/external-requests';
import { FailureCount } from '../../../../../src/domain/simulation/run/failure-count';
import { StretchLog } from '../../../../../src/domain/simulation/run/stretch-log';
import { stretchesOf } from '../../../../../src/domain/simulation/run/stretches-of';
import type { Answer } from '../../../../../src/domain/simulation/world';

const answer: Answer<number> = { agentId: 'a', decision: 1, source: 'agent', feedback: [] };

describe('StretchLog', () => {
  it('keeps decided ticks one by one, and ticks without decisions as one stretch', () => {
    const log = new StretchLog<number>();
    log.decided(0, [[answer]]);
    log.standing(1, 40);
    log.standing(40, 90);
    log.decided(90, [[answer]]);
    expect(log.ticks).toBe(91);
    expect(log.take()).toEqual([
      { kind: 'decided', tick: 0, rounds: [[answer]] },
      { kind: 'standing', tick: 1, untilTick: 90 },
      { kind: 'decided', tick: 90, rounds: [[answer]] },
    ]);
    expect([log.ticks, log.take()]).toEqual([0, []]);
  });

  it('refuses a stretch of nothing', () => {
    expect(() => new StretchLog().standing(3, 3)).toThrow('from tick 3 to 3');
  });
});

test('recorded ticks become what replay plays', () => {
  const recorded = [
    { tick: 1, rounds: [[answer]] },
    { tick: 2, rounds: null },
  ];
  expect(stretchesOf(recorded)).toEqual([
    { kind: 'decided', tick: 0, rounds: [[answer]] },
    { kind: 'standing', tick: 1, untilTick: 2 },
  ]);
});

describe('FailureCount', () => {
  it('counts failures in a row; an answer ends the row', () => {
    const count = new FailureCount();
    expect([count.failed('a'), count.failed('a'), count.failed('b')]).toEqual([1, 2, 1]);
    count.answered('a');
    expect(count.failed('a')).toBe(1);
    expect(count.takeTooMany(2)).toBeUndefined();
  });

  it('names who failed too often once; after that the agent has all its chances again', () => {
    const count = new FailureCount([['a', 4]]);
    count.failed('a');
    expect(count.takeTooMany(5)).toBe('a');
    expect(count.takeTooMany(5)).toBeUndefined();
    expect(new FailureCount(count.carry()).failed('a')).toBe(1);
  });
});

describe('ExternalRequests', () => {
  it('keeps the due tick of the first asking, and shows the view of the last', () => {
    const requests = new ExternalRequests();
    requests.ask('a', 3, 2, 'day 4');
    expect(requests.ask('a', 4, 2, 'day 5')).toEqual({ agentId: 'a', tick: 3, dueTick: 5, view: 'day 5' });
  });

  it('takes one answer for each question, and only while it is asked', () => {
    const requests = new ExternalRequests();
    expect(requests.waitsFor('a')).toBe(false);
    requests.ask('a', 0, 0, 'view');
    requests.answer('a', 7);
    expect(requests.waitsFor('a')).toBe(false);
    expect(() => requests.answer('a', 8)).toThrow('nobody waits for an answer of a');
    expect([requests.list(), requests.take('a'), requests.take('a')]).toEqual([[], 7, undefined]);
    expect(requests.ask('a', 5, 1, 'view').dueTick).toBe(6);
  });

  it('carries questions and unused answers into a new history', () => {
    const requests = new ExternalRequests();
    requests.ask('a', 0, 0, 'view');
    requests.ask('b', 0, 3, 'view');
    requests.answer('a', 7);
    const next = new ExternalRequests(requests.carry());
    expect(next.list().map(({ agentId }) => agentId)).toEqual(['b']);
    expect(next.take('a')).toBe(7);
  });
});
