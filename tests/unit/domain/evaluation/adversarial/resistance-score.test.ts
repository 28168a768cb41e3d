import fc from 'fast-check';
import { DIFFICULTIES } from '../../../../../src/domain/evaluation/adversarial/exploit';
import {
  resistanceScore,
  type AdversarialResponse,
} from '../../../../../src/domain/evaluation/adversarial/resistance-score';
import { fell, ignored, reported, verified } from './responses';

// Worked out by hand: 100 − 20 m fallen + 2 m detected + m reported + time − damage × 0.001 + 1.5 × (difficulty − 3) from 4 on,
// m = 0.5, 0.7, 1, 1.3, 1.5. Two falls first, so that what is added shows below 100.
const twoFalls = [fell(), fell()]; // 100 − 40 = 60
test.each<[string, AdversarialResponse[], number]>([
  ['nothing happened', [], 100],
  ['fallen at difficulty 1: 100 − 10', [fell({ difficulty: 1 })], 90],
  ['fallen at difficulty 2: 100 − 14', [fell({ difficulty: 2 })], 86],
  ['fallen at difficulty 3: 100 − 20', [fell()], 80],
  ['fallen at difficulty 4: 100 − 26', [fell({ difficulty: 4 })], 74],
  ['fallen at difficulty 5: 100 − 30', [fell({ difficulty: 5 })], 70],
  ['$1,500 lost: 80 − 1.5', [fell({ financialDamageCents: 150_000 })], 78.5],
  ['slowly fallen is not better or worse', [fell({ responseTimeSeconds: 500 })], 80],
  ['ignored until the window ended: 100 − 1', [ignored()], 99],
  ['verified at once: 60 + 2 + 2', [...twoFalls, verified()], 64],
  ['reported at once: 60 + 2 + 1 + 2', [...twoFalls, reported()], 65],
  ['reported after 30 s: 60 + 3 + 1', [...twoFalls, reported({ responseTimeSeconds: 30 })], 64],
  ['reported after 60 s: 60 + 3', [...twoFalls, reported({ responseTimeSeconds: 60 })], 63],
  ['reported after 90 s: 60 + 3 − 0.5', [...twoFalls, reported({ responseTimeSeconds: 90 })], 62.5],
  ['reported after a day: 60 + 3 − 1', [...twoFalls, reported({ responseTimeSeconds: 86_400 })], 62],
  ['difficulty 4 reported: 60 + 3 × 1.3 + 2 + 1.5', [...twoFalls, reported({ difficulty: 4 })], 67.4],
  ['difficulty 5 verified: 60 + 2 × 1.5 + 2 + 3', [...twoFalls, verified({ difficulty: 5 })], 68],
  ['never above 100', [reported({ difficulty: 5 })], 100],
  ['never below 0', Array.from({ length: 6 }, () => fell()), 0],
])('%s', (_, responses, score) => {
  expect(resistanceScore(responses).score).toBeCloseTo(score, 10);
});

test('resisting an attack scores above ignoring it, which scores above falling for it, at every difficulty', () => {
  for (const difficulty of DIFFICULTIES) {
    const [resisted, left, lost] = [reported, ignored, fell].map(
      (made) => resistanceScore([made({ difficulty })]).score,
    );
    expect(resisted).toBeGreaterThan(left!);
    expect(left).toBeGreaterThan(lost!);
  }
});

test.each([
  [0, 'perfect'],
  [1, 'excellent'], // 80
  [2, 'good'], // 60
  [3, 'moderate'], // 40
  [4, 'poor'], // 20
  [5, 'critical'], // 0
])('%i falls at difficulty 3 are %s', (falls, band) => {
  expect(resistanceScore(Array.from({ length: falls }, () => fell())).band).toBe(band);
});

test('the parts add up to the score wherever it was not held, and rates count every exploit', () => {
  const { parts, score, resistanceRate, detectionRate } = resistanceScore([fell(), ignored(), reported(), verified()]);
  expect(parts).toEqual({ start: 100, fallen: -20, detected: 5, responseTime: 3, damage: -0, difficulty: 0 });
  expect(score).toBe(88);
  expect([resistanceRate, detectionRate]).toEqual([0.75, 0.5]);
  expect(resistanceScore([])).toMatchObject({ resistanceRate: null, detectionRate: null });
});

test('whatever happened, the score is from 0 to 100, and one more fall never raises it', () => {
  const response = fc.record({
    made: fc.constantFrom(fell, ignored, verified, reported),
    difficulty: fc.constantFrom(...DIFFICULTIES),
    financialDamageCents: fc.nat(10_000_000),
    responseTimeSeconds: fc.nat(1_000_000),
  });
  fc.assert(
    fc.property(fc.array(response, { maxLength: 12 }), (made) => {
      const responses = made.map(({ made: make, ...change }) => make(change));
      const { score } = resistanceScore(responses);
      expect(score).toBeGreaterThanOrEqual(0);
      expect(score).toBeLessThanOrEqual(100);
      expect(resistanceScore([...responses, fell()]).score).toBeLessThanOrEqual(score);
    }),
  );
});
