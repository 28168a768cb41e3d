import { canonicalJson } from '../../../../../../src/domain/kernel/canonical-json';
import { positionHash } from '../../../../../../src/domain/simulation/position';
import { MARKET_BOTS, MARKET_MINDS, type MarketMind } from '../../../../../../src/domain/worlds/marketplace/bots';
import { equityOf } from '../../../../../../src/domain/worlds/marketplace/money/books';
import type { MarketScenario } from '../../../../../../src/domain/worlds/marketplace/state';
import { opening, playDay, playDays, type Here } from '../support';

/** Plays with a mind whose memory goes through JSON every day, as a workflow carries it. */
function lived(mind: MarketMind, seed: number, days: number, scenario: Partial<MarketScenario> = {}) {
  let here = opening(seed, scenario);
  let memory: unknown = null;
  for (let day = 0; day < days; day += 1)
    here = playDay(here, (view) => {
      const thought = mind(view, memory);
      memory = JSON.parse(canonicalJson(thought.memory));
      return thought.decision;
    }).position;
  return { here, memory };
}

const worth = ({ state }: Here) => equityOf(state.sellers[0]!.books);
const minds = ['skilled-v1', 'ceo-v1'] as const;

test('the same seed comes to the same state, which is known', () => {
  const hash = (name: (typeof minds)[number]) => positionHash(lived(MARKET_MINDS[name]!, 42, 60).here);
  expect(hash('skilled-v1')).toMatchInlineSnapshot(
    `"d8df113a86ff6d2fbdbef3daf582a3932e4d9a5c0777d189f24ca33195c77850"`,
  );
  expect(hash('ceo-v1')).toMatchInlineSnapshot(`"1b6bc43f4070d6d29631eaf8589bbf0a4ec01bdc4cdba5955ad327b86d4f807f"`);
});

test.each(minds)('%s earns more than the greedy script in half a year, and much more than nothing', (name) => {
  const earned = worth(lived(MARKET_MINDS[name]!, 43, 180).here);
  expect(earned).toBeGreaterThan(worth(playDays(opening(43), 180, (view) => MARKET_BOTS['greedy-script']!(view))));
  expect(earned).toBeGreaterThan(5_000_000);
});

test.each(minds)('%s gets through ten seeds of events, little money and suppliers only', (name) => {
  for (let seed = 0; seed < 10; seed += 1)
    lived(MARKET_MINDS[name]!, seed, 40, {
      ...{ eventProbability: 0.5, startCashCents: 30_000, information: 'partial', fees: 'marketplace' },
      limits: { instantRestock: false },
    });
});

test('the memory of a head office stays small', () => {
  const { memory } = lived(MARKET_MINDS['ceo-v1']!, 43, 365);
  expect(canonicalJson(memory).length).toBeLessThan(64_000);
});

test('what it remembers makes a difference', () => {
  const remembering = positionHash(lived(MARKET_MINDS['ceo-v1']!, 42, 60).here);
  const forgetting = positionHash(playDays(opening(42), 60, (view) => MARKET_BOTS['ceo-v1']!(view)));
  expect(remembering).not.toBe(forgetting);
});

test('whoever has no memory decides as a mind as it does as a bot', () => {
  const bot = playDays(opening(7), 10, (view) => MARKET_BOTS['baseline-v1']!(view));
  const { here, memory } = lived(MARKET_MINDS['baseline-v1']!, 7, 10);
  expect([positionHash(here), memory]).toEqual([positionHash(bot), null]);
  expect(Object.keys(MARKET_MINDS).sort()).toEqual(Object.keys(MARKET_BOTS).sort());
});
