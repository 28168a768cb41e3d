import { ACCEPT_ALL, type MarketDecision } from '../../../../../src/domain/worlds/marketplace/agent/decision';
import { MarketConclusion } from '../../../../../src/domain/worlds/marketplace/conclusion';
import { marketplace } from '../../../../../src/domain/worlds/marketplace';
import { NO_MODEL } from '../../../../../src/domain/worlds/marketplace/result';
import { STANDARD_MARKET } from '../../../../../src/domain/worlds/marketplace/scenario';
import type { MarketState } from '../../../../../src/domain/worlds/marketplace/state';
import type { ConcludedTick } from '../../../../../src/domain/worlds';
import { playStanding } from '../../../../../src/domain/simulation/play';
import { startingPosition } from '../../../../../src/domain/simulation/position';

const DAYS = 20_400;

/** A shop of one product that nobody minds, day by day. */
function* idleDays(scenario: typeof STANDARD_MARKET): Generator<ConcludedTick, MarketState> {
  let position = startingPosition<MarketState, MarketDecision>(marketplace.init(scenario, 7));
  while (position.tick < scenario.days) {
    const played = playStanding(marketplace, position);
    position = played.position;
    const summary = marketplace.summarise(position.state, played.events);
    const answers = position.tick % 5_000 === 0 ? [answer] : [];
    yield { tick: position.tick, summary, events: played.events, answers } as unknown as ConcludedTick;
  }
  return position.state;
}
const answer = { agentId: 'seller', source: 'agent', decision: ACCEPT_ALL, feedback: [] };

test('a run of any length is measured as a whole; its lists are of its last days', () => {
  const scenario = { ...STANDARD_MARKET, days: DAYS, catalogue: STANDARD_MARKET.catalogue.slice(0, 1) };
  const days: ConcludedTick[] = [];
  const playing = idleDays(scenario);
  let next = playing.next();
  for (; next.done !== true; next = playing.next()) days.push(next.value);
  const conclusion = new MarketConclusion(next.value);
  for (const day of days) conclusion.add(day);
  const { result, violations, measured } = conclusion.end({ ...NO_MODEL, modelAgents: ['seller'], llmCalls: 3 });

  expect(measured.metrics.tick).toBe(DAYS);
  expect(result.results.days).toBe(DAYS);
  const revenue = days.reduce((sum, { summary }) => sum + summary.figures['revenueCents']!, 0);
  expect(result.results.revenueCents).toBe(revenue);
  expect(result.dailyPerformance.map(({ day }) => day)).toEqual(days.slice(-20_000).map(({ tick }) => tick));
  expect(violations).toEqual([{ day: null, figure: 'llmCalls', found: 3, expected: 4 }]);
});
