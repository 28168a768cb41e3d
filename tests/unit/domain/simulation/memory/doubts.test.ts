import { doubtDecision } from '../../../../../src/domain/simulation/memory/doubt-decision';
import { verdictOn, type Claim, type Doubt } from '../../../../../src/domain/simulation/memory/doubts';
import type { Advice } from '../../../../../src/domain/simulation/memory/lesson';
import type { MemoryItem } from '../../../../../src/domain/simulation/memory/memory-item';
import { item } from './support';

const raise: Claim = { action: 'set_price', subject: 'P001', direction: 'more' };
const less: Advice = { action: 'set_price', direction: 'less' };
const more: Advice = { action: 'set_price', direction: 'more' };
const fact = (change: Partial<MemoryItem>) => item({ subject: 'P001', score: 0.6, ...change }, 10);
const found = (facts: MemoryItem[], claims: Claim[] = [raise], tick = 10) =>
  doubtDecision(claims, facts, tick).map(({ kind, severity }) => `${kind} ${severity}`);

test.each<[string, MemoryItem[], string[]]>([
  ['nothing is remembered: nothing to doubt', [], []],
  ['a fact that agrees', [fact({ advises: more })], []],
  ['a fact of another action', [fact({ advises: { action: 'restock', direction: 'less' } })], []],
  ['learned twice: it may be chance', [fact({ advises: less, evidence: 2 })], ['contradiction medium']],
  ['learned three times', [fact({ advises: less, evidence: 3 })], ['contradiction high']],
  ['a rule for all products', [fact({ advises: less, evidence: 3, subject: undefined })], ['contradiction high']],
  ['an unsure fact says nothing', [fact({ advises: less, evidence: 3, confidence: 0.49 })], []],
  ['all support is unsure', [fact({ advises: more, confidence: 0.49 })], ['confidence_mismatch low']],
  ['sure support beside it', [fact({ advises: more, confidence: 0.49 }), fact({ advises: more, confidence: 0.5 })], []],
  ['of its day, two days old', [fact({ reusability: 0.4, lastTick: 8 })], []],
  ['of its day, three days old', [fact({ reusability: 0.4, lastTick: 7 })], ['stale medium']],
  ['good for any day, a year old', [fact({ reusability: 0.5, lastTick: -355 })], []],
  ['from a future that a rewind undid', [fact({ lastTick: 11 })], ['temporal_conflict high']],
  ['an impact that is none', [fact({ impact: Number.NaN })], ['invalid_impact critical']],
  ['an impact beyond 1', [fact({ impact: 1.5 })], ['invalid_impact medium']],
  ['only another product is known', [fact({ subject: 'P002' })], ['missing_context low']],
])('%s', (_, facts, doubts) => {
  expect(found(facts)).toEqual(doubts);
});

describe('facts against each other', () => {
  const dearer = fact({ statement: 'Dearer pays.', advises: more, score: 0.6 });
  const cheaper = (change: Partial<MemoryItem>) =>
    fact({ statement: 'Cheaper pays.', advises: less, evidence: 3, ...change });

  test('of about the same weight: the decision is not contradicted, the memory is', () => {
    expect(found([dearer, cheaper({ score: 0.75, lastTick: 7 })])).toEqual(['contradiction medium']);
  });
  test('learned within a day of each other they conflict in time', () => {
    expect(found([dearer, cheaper({ score: 0.75, lastTick: 9 })])).toEqual(['temporal_conflict medium']);
  });
  test('the one that weighs 0.2 more wins', () => {
    expect(found([dearer, cheaper({ score: 0.81 })])).toEqual(['contradiction high']);
  });
});

test('an expectation is from 0 to 1', () => {
  expect(found([], [{ ...raise, expected: 1 }])).toEqual([]);
  expect(found([], [{ ...raise, expected: -1 }])).toEqual(['invalid_impact medium']);
});

test('passes without a high or critical doubt; confidence is what the doubts leave times the average of the facts', () => {
  const doubt = (severity: Doubt['severity']): Doubt => ({ kind: 'logical', severity, says: 'hm', items: [] });
  const facts = [fact({ confidence: 0.6 }), fact({ confidence: 1 })];
  // (1 − 0.05 − 0.15) × 0.8
  const mild = verdictOn([doubt('low'), doubt('medium')], facts);
  expect(mild.passes).toBe(true);
  expect(mild.confidence).toBeCloseTo(0.64, 12);
  expect(verdictOn([doubt('high')], []).passes).toBe(false);
  expect(verdictOn([doubt('high')], []).confidence).toBeCloseTo(0.7, 12);
  expect(verdictOn([doubt('critical'), doubt('critical'), doubt('high')], []).confidence).toBe(0);
});
