import fc from 'fast-check';
import { MARKET_MINDS } from '../../../../../../src/domain/worlds/marketplace/bots';
import type { RecordedDay } from '../../../../../../src/domain/worlds/marketplace/result';
import { survival } from '../../../../../../src/domain/worlds/marketplace/metrics/survival';
import {
  playWarGame,
  warGameResult,
  type WarGameConfig,
} from '../../../../../../src/domain/worlds/marketplace/trials/war-game';
import {
  drawEvents,
  WAR_GAME_EVENTS,
  type WarGameEvent,
} from '../../../../../../src/domain/worlds/marketplace/trials/war-game-events';

const all = (severity: number, enabled = true): WarGameEvent[] =>
  WAR_GAME_EVENTS.map((type) => ({ type, severity, enabled }));
const game = (config: Partial<WarGameConfig> = {}) =>
  warGameResult(playWarGame(MARKET_MINDS['baseline-v1']!, { tier: 2, days: 60, seed: 42, events: all(60), ...config }));

test('events happen as often and as hard as tier and severity say', () => {
  const count = (severity: number, tier: 0 | 1 | 2 | 3) => drawEvents(1, 10_000, tier, all(severity), 'X').length / 3;
  // severity / 100 × 0.1 × factor × 10,000 days: 1,000 expected at 100 in tier 2, deviation √(1,000 × 0.9) = 30
  expect(count(100, 2)).toBeGreaterThan(900);
  expect(count(100, 2)).toBeLessThan(1_100);
  expect(count(50, 0)).toBeGreaterThan(200); // 250 expected, deviation 15.6
  expect(count(50, 0)).toBeLessThan(300);
  const severities = (severity: number, tier: 0 | 1 | 2 | 3) =>
    new Set(drawEvents(1, 500, tier, all(severity), 'X').map((event) => event.severity));
  expect(severities(60, 1)).toEqual(new Set([0.6 * 0.75]));
  expect(severities(100, 3)).toEqual(new Set([1])); // never more than the worst
});

test('what is not enabled, or has no severity, never happens', () => {
  expect(game({ events: all(100, false) }).totalEvents).toBe(0);
  expect(game({ events: all(0) }).totalEvents).toBe(0);
});

test('a shop that does nothing wrong is worth what its books say, with stock at cost', () => {
  const { ticks, finalProfitCents, isProfitable, agentDecisions } = game();
  expect(ticks.map(({ tick }) => tick)).toEqual(Array.from({ length: 60 }, (_, index) => index + 1));
  const cash = ticks.reduce((sum, { profitCents }) => sum + profitCents, 0);
  const stock = ticks.at(-1)!.inventoryCents - 500 * 1_200;
  expect(finalProfitCents).toBe(cash + stock); // no refund is due here on the last day
  expect([isProfitable, agentDecisions]).toEqual([finalProfitCents > 0, 60]);
});

test('resilience is 50 when nothing was won or lost', () => {
  const { finalProfitCents, resilienceScore } = game();
  expect(resilienceScore).toBeCloseTo(50 + (finalProfitCents / (2_500_000 + 600_000)) * 50, 10);
});

test('whatever the game, figures are within their bounds', () => {
  fc.assert(
    fc.property(fc.nat(), fc.constantFrom(...Object.keys(MARKET_MINDS)), fc.nat(100), (seed, bot, severity) => {
      const played = warGameResult(playWarGame(MARKET_MINDS[bot]!, { tier: 3, days: 30, seed, events: all(severity) }));
      expect(played.eventsSurvived).toBeLessThanOrEqual(played.totalEvents);
      expect(played.resilienceScore).toBeGreaterThanOrEqual(0);
      expect(played.resilienceScore).toBeLessThanOrEqual(100);
      for (const { marketShare } of played.ticks) expect(marketShare >= 0 && marketShare <= 1).toBe(true);
    }),
    { numRuns: 15 },
  );
});

describe('an event is survived when 95 % of the worth before it is back', () => {
  /** Equity by day after an opening of 1,000; events as [id, first day, last day]. */
  const days = (equity: number[], events: [string, number, number?][]): RecordedDay[] =>
    equity.map((equityCents, index) => ({
      day: index + 1,
      summary: { figures: { equityCents }, storyline: '', mood: 'neutral' },
      events: events.flatMap(([id, began, ended]) => [
        ...(began === index + 1 ? [{ type: 'market-event-started', data: { id } }] : []),
        ...(ended === index + 1 ? [{ type: 'market-event-ended', data: { id } }] : []),
      ]),
      answers: [],
    }));

  test.each<[string, RecordedDay[], number, number]>([
    ['no event', days([1_000], []), 0, 0],
    ['950 of 1,000 at its end', days([900, 950], [['a', 1, 2]]), 1, 1],
    ['949 of 1,000 at its end and ever after', days([900, 949, 949], [['a', 1, 2]]), 0, 1],
    ['back a day later', days([900, 900, 950], [['a', 1, 2]]), 1, 1],
    ['rich while it lasted, poor at its end', days([2_000, 900], [['a', 1, 2]]), 0, 1],
    ['still going on, and worth enough on the last day', days([1_000, 960], [['a', 2]]), 1, 1],
    ['measured against the day before it: 500 of 600', days([600, 500, 500], [['a', 2, 3]]), 0, 1],
    [
      'two events are counted apart',
      days(
        [600, 590, 600, 600],
        [
          ['a', 1, 1],
          ['b', 2, 3],
        ],
      ),
      1,
      2,
    ],
    ['back on the fiftieth day', days([...Array(50).fill(900), 1_000] as number[], [['a', 1, 2]]), 1, 1],
    ['back on the fifty-first day: too late', days([...Array(51).fill(900), 1_000] as number[], [['a', 1, 2]]), 0, 1],
  ])('%s', (_, recorded, eventsSurvived, totalEvents) => {
    expect(survival(recorded, 1_000)).toEqual({ eventsSurvived, totalEvents });
  });
});
