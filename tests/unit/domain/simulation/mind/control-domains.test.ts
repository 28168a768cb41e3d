import fc from 'fast-check';
import { focusOf, priorityOf, type BusinessState } from '../../../../../src/domain/simulation/mind/business';
import {
  alignment,
  arbitrate,
  NOTHING_PENDING,
  type Charter,
} from '../../../../../src/domain/simulation/mind/control-domains';
import type { SkillAction } from '../../../../../src/domain/simulation/mind/skill';
import { action } from './support';

const charter: Charter = {
  supports: {
    ...{ profitability: ['sell'], financial_stability: ['save'] },
    ...{ customer_satisfaction: ['serve'], operational_efficiency: ['serve'] },
  },
  favours: { survival: ['finance'], stabilization: [], growth: ['marketing'], optimization: [], innovation: [] },
  ...{ growthActions: ['campaign'], savingActions: ['save'] },
  ...{ shares: { marketing: 0.25, inventory: 0.35 }, approvalCents: { marketing: 100 } },
};
const well: BusinessState = { health: 0.7, cash: 'healthy', satisfaction: 1, efficiency: 1 };

test.each<[number, BusinessState['cash'], string]>([
  [0.29, 'healthy', 'survival'],
  [0.9, 'critical', 'survival'],
  [0.3, 'stable', 'stabilization'],
  [0.49, 'healthy', 'stabilization'],
  [0.5, 'healthy', 'innovation'],
  [0.6, 'healthy', 'innovation'],
  [0.61, 'stable', 'optimization'],
  [0.8, 'healthy', 'optimization'],
  [0.81, 'healthy', 'growth'],
  [0.81, 'stable', 'optimization'],
])('a health of %d with %s cash: %s', (health, cash, priority) => {
  expect(priorityOf({ health, cash })).toBe(priority);
});

test('what is weak is in focus, and profit where nothing is', () => {
  expect(focusOf(well)).toEqual(['profitability']);
  expect(focusOf({ ...well, health: 0.59, satisfaction: 0.69, efficiency: 0.59 })).toEqual([
    ...['financial_stability', 'customer_satisfaction', 'operational_efficiency'],
  ]);
});

// 0.5 + 0.2 per goal + 0.3 for a favoured domain + 0.2 × expected ± 0.2 in survival
test.each<[string, Partial<SkillAction>, Partial<BusinessState>, number]>([
  ['nothing for it', { type: 'idle', expected: 0 }, {}, 0.5],
  ['it serves profit', { type: 'sell', expected: 0 }, {}, 0.7],
  ['and brings half', { type: 'sell', expected: 0.5 }, {}, 0.8],
  ['it serves two weak goals', { type: 'serve', expected: 0 }, { satisfaction: 0.5, efficiency: 0.5 }, 0.9],
  ['a favoured domain', { type: 'campaign', domain: 'marketing', expected: 0.5 }, { health: 0.9 }, 0.9],
  ['growth in survival', { type: 'campaign', domain: 'marketing', expected: 0.5 }, { health: 0.2 }, 0.4],
  ['saving in survival: never more than 1', { type: 'save', domain: 'finance', expected: 1 }, { health: 0.2 }, 1],
])('alignment: %s', (_, change, business, expected) => {
  expect(alignment(action(change), { ...well, ...business }, charter)).toBeCloseTo(expected, 12);
});

const rule = (actions: Partial<SkillAction>[], business: Partial<BusinessState> = {}, state = NOTHING_PENDING) =>
  arbitrate(actions.map(action), { ...well, ...business }, charter, 1_000, state);
const whys = ({ rejected }: ReturnType<typeof rule>) => rejected.map(({ why }) => why);

test('0.6 is aligned enough; 0.7 is asked for to survive, 0.55 to grow', () => {
  const weak = { type: 'idle', expected: 0.4 }; // 0.58
  expect(whys(rule([weak]))).toEqual(['not aligned']);
  expect(rule([{ ...weak, expected: 0.55 }]).approved).toHaveLength(1); // 0.61
  expect(rule([weak], { health: 0.9 }).approved).toHaveLength(1);
  const fair = { type: 'serve', expected: 0.4 }; // 0.5 + 0.08: no goal of its own in focus but stability
  expect(whys(rule([{ ...fair, expected: 0.9 }], { health: 0.2 }))).toEqual(['not aligned']); // 0.68
});

test('a domain pays from its own share, then from the reserve of 400; then there is no money', () => {
  const buy = (budgetCents: number, subject: string) => ({ type: 'sell', budgetCents, subject });
  const ruled = rule([buy(350, '1'), buy(300, '2'), buy(150, '3'), buy(100, '4')]);
  expect(ruled.approved.map(({ subject }) => subject)).toEqual(['1', '2', '4']);
  expect(whys(ruled)).toEqual(['no money']);
});

test('a domain without a share lives on the reserve', () => {
  const service = { type: 'sell', domain: 'service' };
  expect(rule([{ ...service, budgetCents: 400 }]).approved).toHaveLength(1);
  expect(whys(rule([{ ...service, budgetCents: 401 }]))).toEqual(['no money']);
});

test('what is dear waits, and is approved when it is proposed again on the next tick, not later', () => {
  const dear = { type: 'sell', domain: 'marketing', budgetCents: 101 };
  const first = rule([dear]);
  expect([first.approved.length, first.pending.length]).toEqual([0, 1]);
  expect(rule([dear], {}, first.state).approved).toHaveLength(1);
  const between = rule([], {}, first.state).state;
  expect(rule([dear], {}, between).pending).toHaveLength(1);
  expect(rule([{ ...dear, budgetCents: 100 }]).approved).toHaveLength(1);
});

test('never spends more than the budget, and loses no proposal', () => {
  const anyAction = fc.record({
    type: fc.constantFrom('sell', 'serve', 'save', 'campaign'),
    domain: fc.constantFrom('marketing', 'inventory', 'service', 'finance'),
    subject: fc.constantFrom('P1', 'P2'),
    budgetCents: fc.nat(600),
    expected: fc.nat(4).map((n) => n / 4),
  });
  const state = fc.record({ pending: fc.subarray(['sell P1', 'sell P2', 'campaign P1']) });
  fc.assert(
    fc.property(fc.array(anyAction, { maxLength: 12 }), fc.nat(10), state, (actions, tenths, before) => {
      const { approved, pending, rejected } = rule(actions, { health: tenths / 10 }, before);
      expect(approved.reduce((sum, { budgetCents }) => sum + budgetCents, 0)).toBeLessThanOrEqual(1_000);
      expect(approved.length + pending.length + rejected.length).toBe(actions.length);
    }),
  );
});
