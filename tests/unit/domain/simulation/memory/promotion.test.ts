import fc from 'fast-check';
import { PROMOTION_RULES, promoted, type PromotionRule } from '../../../../../src/domain/simulation/memory/promotion';
import type { MemoryItem } from '../../../../../src/domain/simulation/memory/memory-item';
import { item } from './support';

const named = (name: string, change: Partial<MemoryItem>) => item({ statement: name, ...change }, 10);
const chosen = (items: MemoryItem[], rule: PromotionRule, share: number, seed = 1) => {
  const ids = promoted(items, rule, share, { tick: 10, seed });
  return items
    .filter(({ id }) => ids.has(id))
    .map(({ statement }) => statement)
    .sort();
};

test('importance: the score, + 0.05 for each time again up to 0.3, + 0.2 for today', () => {
  const items = [
    named('today', { score: 0.5 }), // 0.7
    named('often', { score: 0.45, evidence: 9, lastTick: 8 }), // 0.75
    named('once', { score: 0.65, lastTick: 8 }), // 0.65
  ];
  expect(chosen(items, 'importance_score', 1 / 3)).toEqual(['often']);
  expect(chosen(items, 'importance_score', 2 / 3)).toEqual(['often', 'today']);
});

test('recency and frequency: half each, nothing for what is a week old', () => {
  const items = [
    named('often', { evidence: 4, lastTick: 3 }), // 0.5 + 0
    named('new', { evidence: 1, lastTick: 10 }), // 0.125 + 0.5
    named('neither', { evidence: 1, lastTick: 3 }), // 0.125
  ];
  expect(chosen(items, 'recency_frequency', 1 / 3)).toEqual(['new']);
  expect(chosen(items, 'recency_frequency', 2 / 3)).toEqual(['new', 'often']);
});

test('strategic value: impact × reusability, a tenth less every day; below 0.1 nothing is kept', () => {
  const items = [
    named('great', { impact: 0.9, reusability: 0.9, lastTick: 8 }), // 0.648
    named('fresh', { impact: 0.8, reusability: 0.8 }), // 0.64
    named('faded', { impact: 1, reusability: 1, lastTick: 1 }), // 0.1
  ];
  expect(chosen(items, 'strategic_value', 0.1)).toEqual(['great']);
  expect(chosen(items, 'strategic_value', 1)).toEqual(['fresh', 'great']);
});

test('reflection of a model: what the model kept', () => {
  const items = [named('seen', { score: 0.9 }), named('kept', { score: 0.5, source: 'model' })];
  expect(chosen(items, 'llm_reflection', 1)).toEqual(['kept']);
});

test('random: the same for the same seed, another for another, and no item shifts the luck of the rest', () => {
  const items = Array.from({ length: 40 }, (_, index) => named(`item ${index}`, {}));
  expect(chosen(items, 'random_selection', 0.3)).toHaveLength(12);
  expect(chosen(items, 'random_selection', 0.3)).toEqual(chosen([...items].reverse(), 'random_selection', 0.3));
  expect(chosen(items, 'random_selection', 0.3, 2)).not.toEqual(chosen(items, 'random_selection', 0.3));
});

test('a share is rounded up: a single item of a day can be kept', () => {
  expect(chosen([named('only', {})], 'importance_score', 0.3)).toEqual(['only']);
});

test('the order of the candidates never decides', () => {
  const unit = fc.nat(4).map((quarters) => quarters / 4);
  const candidates = fc.array(
    fc.record({ score: unit, evidence: fc.integer({ min: 1, max: 3 }), impact: unit, reusability: unit }),
    { maxLength: 12 },
  );
  fc.assert(
    fc.property(fc.constantFrom(...PROMOTION_RULES), candidates, unit, (rule, changes, share) => {
      const items = changes.map((change, index) => named(`item ${index}`, change));
      expect(chosen([...items].reverse(), rule, share).sort()).toEqual(chosen(items, rule, share).sort());
    }),
  );
});
