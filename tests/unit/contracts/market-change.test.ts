import { marketChangeSchema } from '../../../src/contracts/worlds/market-change.schema';
import { amend } from '../../../src/domain/worlds/marketplace/amend';
import { opening, playDays } from '../domain/worlds/marketplace/support';

const shift = { name: 'strike', day: 4, durationDays: 3, skus: ['P001'], effect: { costFactor: 2 } };
const everything = {
  ...{ eventProbability: 0, demandFactor: 0.5, fees: 'marketplace', seasonality: false, rivalry: 'partners' },
  ...{
    negotiation: true,
    information: 'partial',
    debtRatioMax: 0.4,
    limits: { purchasesPerDay: 2, instantRestock: false },
  },
  scheduledEvents: [{ day: 5, type: 'demand_crash', sku: 'OWN-1', severity: 1, durationDays: 2 }],
  shifts: [shift],
  adversarial: [{ day: 3, exploit: 'trap-badge' }],
};

test('a fork may change every rule that a market reads anew each day', () => {
  const { adversarial, ...rest } = marketChangeSchema.parse(everything);
  const { adversarial: _, ...asked } = everything;
  expect(rest).toEqual(asked);
  expect(adversarial).toMatchObject([{ day: 3, exploit: { exploitId: 'trap-badge' } }]);
  expect(marketChangeSchema.parse({})).toEqual({});
});

test.each([
  ['a rule that was drawn when the market opened', { competition: 'high' }],
  ['two shifts of one name', { shifts: [shift, { ...shift, day: 9 }] }],
  ['an exploit that nobody knows', { adversarial: [{ day: 3, exploit: 'nothing' }] }],
  ['an effect that nobody knows', { shifts: [{ ...shift, effect: { weather: 2 } }] }],
  ['a share above one', { debtRatioMax: 1 }],
])('refused: %s', (_, change) => {
  expect(marketChangeSchema.safeParse(change).success).toBe(false);
});

test('what was changed acts from the next day on, and what was before stays', () => {
  const here = playDays(opening(7), 3, () => ({}));
  const { scheduledEvents: _, ...change } = marketChangeSchema.parse(everything);
  const state = amend(here.state, change);
  expect({ ...state, scenario: null }).toEqual({ ...here.state, scenario: null });
  const cash = (from: typeof state) => playDays({ ...here, state: from }, 1, () => ({})).state.sellers[0]!.books.cash;
  expect(cash(state)).not.toBe(cash(here.state));
});
