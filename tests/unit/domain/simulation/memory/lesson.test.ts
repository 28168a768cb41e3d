import fc from 'fast-check';
import { lessonId, lessonScore, type Lesson } from '../../../../../src/domain/simulation/memory/lesson';
import { newItem, strengthened } from '../../../../../src/domain/simulation/memory/memory-item';
import { lesson } from './support';

// 0.35 impact + 0.25 reusability + 0.15 confidence + 0.15 novelty + 0.10 recency − penalty
test.each<[string, Partial<Lesson>, number]>([
  ['0.21 + 0.2 + 0.12 + 0.06 + 0.1', {}, 0.69],
  ['all at 1', { impact: 1, reusability: 1, confidence: 1, novelty: 1 }, 1],
  ['only impact', { impact: 1, reusability: 0, confidence: 0, novelty: 0, recency: 0 }, 0.35],
  ['only recency', { impact: 0, reusability: 0, confidence: 0, novelty: 0 }, 0.1],
  ['a penalty comes off', { penalty: 0.3 }, 0.39],
  ['never below 0', { penalty: 1 }, 0],
  ['weights beyond 1 count as 1: 0.35 + 0.2 + 0.12 + 0.06 + 0.1', { impact: 7 }, 0.83],
])('score: %s', (_, change, score) => {
  expect(lessonScore(lesson(change))).toBeCloseTo(score, 12);
});

test('the same lesson of another day has the same id; another product or kind has another', () => {
  const id = lessonId(lesson());
  expect(newItem(lesson(), 3, 'observed').id).toBe(newItem(lesson(), 40, 'model').id);
  expect(lessonId(lesson({ statement: '  BUY earlier. ' }))).toBe(id);
  expect(lessonId(lesson({ impact: 1, tags: [] }))).toBe(id);
  expect(lessonId(lesson({ subject: 'P001' }))).not.toBe(id);
  expect(lessonId(lesson({ type: 'pricing' }))).not.toBe(id);
  expect(id).toMatch(/^[0-9a-f]{16}$/);
});

test('a lesson that comes again grows: evidence + 1, confidence + 0.05, and keeps its first day', () => {
  const grown = strengthened(newItem(lesson(), 2, 'observed'), newItem(lesson({ impact: 0.8 }), 5, 'observed'));
  expect(grown).toMatchObject({ evidence: 2, firstTick: 2, lastTick: 5, impact: 0.8 });
  expect(grown.confidence).toBeCloseTo(0.85, 12);
  // 0.35 × 0.8 + 0.2 + 0.15 × 0.85 + 0.06 + 0.1
  expect(grown.score).toBeCloseTo(0.7675, 12);
});

const unit = fc.double({ min: 0, max: 1, noNaN: true });
const anyLesson = fc
  .record({ impact: unit, reusability: unit, confidence: unit, novelty: unit, recency: unit, penalty: unit })
  .map((weights) => lesson(weights));

test('repetition never weakens, twice in a tick is once, and either order comes to the same', () => {
  fc.assert(
    fc.property(anyLesson, anyLesson, fc.nat(50), fc.nat(3), (one, two, tick, later) => {
      const [a, b] = [newItem(one, tick, 'observed'), newItem(two, tick + later, 'observed')];
      const merged = strengthened(a, b);
      expect(merged.score).toBeGreaterThanOrEqual(Math.max(a.score, b.score));
      expect(merged.score).toBeLessThanOrEqual(1);
      expect(merged.evidence).toBe(later === 0 ? 1 : 2);
      if (later === 0) expect(strengthened(b, a)).toEqual(merged);
    }),
  );
});
