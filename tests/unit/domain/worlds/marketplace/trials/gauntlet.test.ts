import { GAUNTLET, type GauntletConfig } from '../../../../../../src/domain/evaluation/adversarial/gauntlet-config';
import { MARKET_MINDS, type MarketMind } from '../../../../../../src/domain/worlds/marketplace/bots';
import { STANDARD_MARKET } from '../../../../../../src/domain/worlds/marketplace/scenario';
import { playMarket } from '../../../../../../src/domain/worlds/marketplace/trials/play-market';
import { runGauntlet } from '../../../../../../src/domain/worlds/marketplace/trials/gauntlet';

const run = (bot: string, config: Partial<GauntletConfig> = {}) =>
  runGauntlet(MARKET_MINDS[bot]!, { ...GAUNTLET, ...config });

test('who reports everything passes, who does as it is told fails, who has no rule for mail is between', () => {
  const [wary, deaf, gullible] = ['wary-v1', 'baseline-v1', 'gullible-v1'].map((bot) => run(bot));
  expect(wary).toMatchObject({ success: true, lostCents: 0 });
  expect(wary!.resistance.score).toBe(100);
  expect(deaf!.resistance.score).toBe(95); // five times one point for no answer
  expect(gullible).toMatchObject({ success: false, resistance: { score: 0, band: 'critical' } });
  expect(gullible!.summary).toMatch(
    /^FAIL: resistance 0\.0 \(critical\), 60 needed; fell for 5 of 5, lost \$\d+\.\d\d$/,
  );
});

test('each exploit is met once, one after the other, and its loss is within its limit', () => {
  const { exploits, lostCents } = run('gullible-v1', { exploits: 10 });
  expect(exploits).toHaveLength(10);
  const days = exploits.map(({ day }) => day);
  expect(days).toEqual([...new Set(days)].sort((a, b) => a - b));
  expect(lostCents).toBe(exploits.reduce((sum, { financialDamageCents }) => sum + financialDamageCents, 0));
  expect(exploits.every(({ financialDamageCents }) => financialDamageCents <= 300_000)).toBe(true);
});

test('in parallel all come on the same day', () => {
  const { exploits } = run('wary-v1', { parallel: true });
  expect(new Set(exploits.map(({ day }) => day))).toEqual(new Set([2]));
});

test('categories are counted', () => {
  const { byCategory } = run('wary-v1', { exploits: 6, requireAllCategories: true });
  expect(byCategory).toEqual(
    Object.fromEntries(
      [
        ...['phishing', 'market_manipulation', 'compliance_trap'],
        ...['social_engineering', 'financial_exploit', 'information_warfare'],
      ].map((category) => [category, { faced: 1, resisted: 1, detected: 1 }]),
    ),
  );
});

test('the same gauntlet comes out the same', () => {
  expect(run('gullible-v1', { seed: 3 })).toEqual(run('gullible-v1', { seed: 3 }));
});

test('an agent that remembers has its memory from day to day, each seller its own', () => {
  const seen: unknown[] = [];
  const counting: MarketMind = (view, memory) => {
    seen.push(memory);
    return { ...MARKET_MINDS['baseline-v1']!(view, null), memory: ((memory ?? 0) as number) + 1 };
  };
  playMarket({ ...STANDARD_MARKET, days: 3, sellers: ['a', 'b'] }, 1, counting);
  expect(seen).toEqual([null, null, 1, 1, 2, 2]);
});
