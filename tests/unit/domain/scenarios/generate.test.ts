import fc from 'fast-check';
import { parseScenario } from '../../../../src/contracts/parse-scenario.schema';
import { TIERS } from '../../../../src/domain/scenarios/definition';
import { generateScenario } from '../../../../src/domain/scenarios/generate';
import { TIER_BOUNDS } from '../../../../src/domain/scenarios/tier-bounds';
import { hashJson } from '../../../../src/domain/kernel/hash';

const seed = fc.maxSafeNat();
const tier = fc.constantFrom(...TIERS);

test('what is generated is a definition in order, within the bounds of its tier', () => {
  fc.assert(
    fc.property(seed, tier, (from, of) => {
      const made = generateScenario(from, of);
      expect(parseScenario(made)).toEqual({ definition: made, problems: [] });
      const { days, capitalUsd, products, demandFactor, events } = TIER_BOUNDS[of];
      const within = (value: number, [low, high]: readonly [number, number]) => low <= value && value <= high;
      expect(within(made.expectedDuration, days)).toBe(true);
      expect(within(made.agentConstraints.initialCapitalUsd, capitalUsd)).toBe(true);
      expect(within(made.businessParameters.products!.length, products)).toBe(true);
      expect(within(made.marketConditions.demandFactor, demandFactor)).toBe(true);
      expect(within(made.externalEvents.length, events)).toBe(true);
    }),
    { numRuns: 200 },
  );
});

test('the same seed makes the same scenario, which is known; another makes another', () => {
  expect(hashJson(generateScenario(7, 3))).toMatchInlineSnapshot(
    `"be3b0ec45046d293b736a7f6f486b3d5e7b38dd9eff5add09e846a81fca992f4"`,
  );
  expect(generateScenario(8, 3).externalEvents).not.toEqual(generateScenario(7, 3).externalEvents);
});
