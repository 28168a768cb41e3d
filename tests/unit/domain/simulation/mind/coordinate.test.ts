import fc from 'fast-check';
import {
  conflictRate,
  coordinate,
  DEFAULT_COORDINATOR,
  NO_SKILLS_YET,
  type CoordinatorSettings,
  type CoordinatorState,
} from '../../../../../src/domain/simulation/mind/coordinate';
import { engage } from '../../../../../src/domain/simulation/mind/engage';
import type { Skill } from '../../../../../src/domain/simulation/mind/skill';
import { STRATEGIES } from '../../../../../src/domain/simulation/mind/strategies';
import { action, skill } from './support';

const settings = (change: Partial<CoordinatorSettings> = {}): CoordinatorSettings => ({
  ...DEFAULT_COORDINATOR,
  ...change,
});
const run = (
  skills: Skill<null>[],
  change: Partial<CoordinatorSettings> = {},
  state: CoordinatorState = NO_SKILLS_YET,
) => coordinate(skills, null, state, settings(change));
const taken = (...given: Parameters<typeof run>) => run(...given).actions.map(({ skill: name }) => name);

describe('who works', () => {
  const names = (skills: Skill<null>[], load = {}, slots = 3) =>
    engage(skills, null, load, slots).engaged.map(({ name }) => name);

  test('the three most urgent, and nobody who has nothing to do', () => {
    const five = [skill('a', 0.1), skill('b', 0.9), skill('c', 0), skill('d', 0.5), skill('e', 0.3)];
    expect(names(five)).toEqual(['b', 'd', 'e']);
    expect(names(five, {}, 9)).toEqual(['b', 'd', 'e', 'a']);
  });

  test('weight counts like urgency', () => {
    expect(names([skill('a', 0.5), { ...skill('b', 0.4), weight: 1.5 }])).toEqual(['b', 'a']); // 0.6 and 0.5
  });

  test('load takes off: 0.9 × (1 − 1/3) = 0.6, after a tick of rest', () => {
    expect(names([skill('busy', 0.9), skill('rested', 0.61)], { busy: 2 })).toEqual(['rested', 'busy']);
    expect(names([skill('busy', 0.9), skill('rested', 0.59)], { busy: 2 })).toEqual(['busy', 'rested']);
    expect(names([skill('busy', 0.9)], { busy: 4 })).toEqual([]); // 4 − 1 = its most
  });

  test('who works is busy for two ticks, and no more than its load', () => {
    expect(engage([skill('a', 1), skill('b', 0)], null, { a: 3, b: 2 }, 3).load).toEqual({ a: 3, b: 1 }); // 3 − 1 + 2 = 4
  });

  test('of like skills with two slots each gets its turn', () => {
    const three = [skill('a', 0.5), skill('b', 0.5), skill('c', 0.5)];
    let load = {};
    const turns = Array.from({ length: 6 }, () => {
      const engaged = engage(three, null, load, 2);
      load = engaged.load;
      return engaged.engaged
        .map(({ name }) => name)
        .sort()
        .join('');
    });
    expect(turns.slice(0, 2)).toEqual(['ab', 'ac']);
    for (const name of 'abc') expect(turns.filter((turn) => turn.includes(name)).length).toBeGreaterThanOrEqual(3);
  });
});

describe('what is taken', () => {
  test('by priority: the higher priority × confidence; the other one lost against it', () => {
    const { actions, lost, state } = run([
      skill('a', 1, [{ priority: 0.9, confidence: 0.5 }]), // 0.45
      skill('b', 1, [{ priority: 0.6, confidence: 0.8 }]), // 0.48
    ]);
    expect(actions.map(({ skill: name }) => name)).toEqual(['b']);
    expect(lost).toMatchObject([{ action: { skill: 'a' }, against: { skill: 'b' } }]);
    expect([conflictRate(state, 'a'), conflictRate(state, 'b'), conflictRate(state, 'nobody')]).toEqual([1, 0, 0]);
  });

  test('a conflict rate is of all proposals of a skill', () => {
    const skills = [skill('a', 1, [{}, { subject: 'P002' }, { subject: 'P003' }]), skill('b', 1, [{ priority: 1 }])];
    const once = run(skills).state;
    expect(conflictRate(once, 'a')).toBeCloseTo(1 / 3, 12);
    const rested = { ...once, load: {} };
    expect(conflictRate(run([skill('a', 1, [{}])], {}, rested).state, 'a')).toBe(0.25); // 1 of 4
  });

  test('the same for another product does not conflict', () => {
    expect(taken([skill('a', 1), skill('b', 1, [{ subject: 'P002' }])])).toEqual(['a', 'b']);
  });

  test('pairs that exclude each other: for the same product, or where one concerns everything', () => {
    const exclusive = [['order', 'save']] as const;
    const order = skill('a', 1, [{ type: 'order', priority: 1 }]);
    const save = (subject?: string) => skill('b', 1, [{ type: 'save', subject }]);
    expect(taken([order, save('P001')], { exclusive })).toEqual(['a']);
    expect(taken([order, save()], { exclusive })).toEqual(['a']);
    expect(taken([order, save('P002')], { exclusive })).toEqual(['a', 'b']);
  });

  test('while cents and tokens last; what does not fit is passed over, and is no conflict', () => {
    const dear = skill('a', 1, [
      { subject: '1', budgetCents: 60, priority: 1 },
      { subject: '2', budgetCents: 60, priority: 0.9 },
    ]);
    const cheap = skill('b', 1, [
      { budgetCents: 40, tokens: 5 },
      { subject: '3', tokens: 6, priority: 0.1 },
    ]);
    const { actions, lost, state } = run([dear, cheap], { budgetCents: 100, tokens: 10 });
    expect(actions.map(({ subject }) => subject)).toEqual(['1', 'P001']);
    expect(lost.map(({ action: { subject }, against }) => [subject, against])).toEqual([
      ['2', undefined],
      ['3', undefined],
    ]);
    expect(conflictRate(state, 'a')).toBe(0);
  });

  test('by resources: what brings most for a cent or token', () => {
    const skills = [
      skill('a', 1, [{ expected: 1, confidence: 1, budgetCents: 99 }]), // 1/100
      skill('b', 1, [{ expected: 0.2, confidence: 0.5, tokens: 4 }]), // 0.1/5 = 2/100
    ];
    expect(taken(skills, { strategy: 'resource_optimal' })).toEqual(['b']);
    expect(taken(skills, { strategy: 'priority_based' })).toEqual(['a']);
  });

  test('by consensus: numbers are averaged by confidence, in whole cents', () => {
    const skills = [
      skill('a', 1, [
        { parameters: { priceCents: 1_000 }, confidence: 0.9, choices: { why: 'mine' }, budgetCents: 30 },
      ]),
      skill('b', 1, [{ parameters: { priceCents: 1_301 }, confidence: 0.3, priority: 0.8, budgetCents: 10 }]),
      skill('c', 1, [{ confidence: 0.6, budgetCents: 20 }]), // says no price
    ];
    const { actions, lost } = run(skills, { strategy: 'consensus' });
    expect(lost).toEqual([]);
    // (1,000 × 0.9 + 1,301 × 0.3) / 1.2 = 1,075.25; (30 × 0.9 + 10 × 0.3 + 20 × 0.6) / 1.8 = 23.33
    expect(actions).toMatchObject([{ skill: 'a', parameters: { priceCents: 1_075 }, budgetCents: 23, priority: 0.8 }]);
    expect(actions[0]!.confidence).toBeCloseTo(0.6, 12);
    expect(actions[0]!.choices).toEqual({ why: 'mine' });
  });

  test('a consensus of nobody who is sure is a plain average', () => {
    const unsure = (name: string, units: number) => skill(name, 1, [{ parameters: { units }, confidence: 0 }]);
    expect(run([unsure('a', 1), unsure('b', 4)], { strategy: 'consensus' }).actions[0]!.parameters).toEqual({
      units: 3,
    });
  });

  test('in turns: one of each skill, then the second ones', () => {
    const many = skill(
      'a',
      1,
      ['1', '2', '3'].map((subject) => ({ subject, type: `x${subject}`, priority: 1 })),
    );
    const few = skill('b', 1, [{ subject: '4', type: 'y', priority: 0.1 }]);
    const order = run([many, few], { strategy: 'round_robin' }).actions.map(({ subject }) => subject);
    expect(order).toEqual(['1', '4', '2', '3']);
  });
});

test('by any strategy: within budgets, without contradictions, nothing twice, and in whatever order the skills come', () => {
  const exclusive = [['order', 'save']] as const;
  const proposal = fc.record({
    type: fc.constantFrom('order', 'save', 'price'),
    subject: fc.constantFrom('P1', 'P2', undefined),
    confidence: fc.nat(4).map((n) => n / 4),
    priority: fc.nat(4).map((n) => n / 4),
    expected: fc.nat(4).map((n) => n / 4),
    budgetCents: fc.nat(60),
    tokens: fc.nat(6),
  });
  const teams = fc.array(
    fc.uniqueArray(proposal, { selector: ({ type, subject }) => `${type}${subject}`, maxLength: 5 }),
    {
      maxLength: 4,
    },
  );
  fc.assert(
    fc.property(fc.constantFrom(...STRATEGIES), teams, (strategy, proposals) => {
      const skills = proposals.map((actions, index) => skill(`skill ${index}`, (index + 1) / 5, actions));
      const limits = { strategy, exclusive, budgetCents: 100, tokens: 10 };
      const { actions, lost, state } = run(skills, limits);
      expect(actions.reduce((sum, { budgetCents }) => sum + budgetCents, 0)).toBeLessThanOrEqual(100);
      expect(actions.reduce((sum, { tokens }) => sum + tokens, 0)).toBeLessThanOrEqual(10);
      expect(new Set(actions.map(({ type, subject }) => `${type} ${subject}`)).size).toBe(actions.length);
      const everywhere = (type: string) => actions.some((one) => one.type === type && one.subject === undefined);
      if (everywhere('order')) expect(actions.some(({ type }) => type === 'save')).toBe(false);
      if (everywhere('save')) expect(actions.some(({ type }) => type === 'order')).toBe(false);
      expect(run([...skills].reverse(), limits)).toEqual({ actions, lost, state });
    }),
  );
});

test('a lone proposal is taken as it is', () => {
  expect(run([skill('a', 1)], { strategy: 'consensus' }).actions).toEqual([action({ skill: 'a' })]);
});
