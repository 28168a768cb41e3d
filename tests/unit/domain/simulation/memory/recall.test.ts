import fc from 'fast-check';
import { DECAYS, remaining, type Decay } from '../../../../../src/domain/simulation/memory/decay';
import { memoryBlock } from '../../../../../src/domain/simulation/memory/memory-block';
import type { MemoryItem } from '../../../../../src/domain/simulation/memory/memory-item';
import { MEMORY_PROFILES, type MemoryMode } from '../../../../../src/domain/simulation/memory/memory-modes';
import { recall, relevanceOf, type MemoryQuery } from '../../../../../src/domain/simulation/memory/recall';
import { reviewPrompt } from '../../../../../src/domain/simulation/memory/review-prompt';
import { underReview } from '../../../../../src/domain/simulation/memory/under-review';
import { day, item, openMemory } from './support';

const memory = openMemory();

// score + 0.2 same type + 0.3 same or − 0.15 other subject + 0.05 per tag ≤ 0.2 + 0.1 × (1 − age/60)
test.each<[string, Partial<MemoryItem>, MemoryQuery, number]>([
  ['seen today, of another type: 0.5 + 0.1', {}, { tick: 1 }, 0.6],
  ['thirty days old: 0.5 + 0.05', {}, { tick: 31 }, 0.55],
  ['older than sixty days: 0.5', {}, { tick: 400 }, 0.5],
  ['the same type: + 0.2', {}, { tick: 1, type: 'inventory' }, 0.8],
  ['good for all types: + 0.2', { type: 'mixed' }, { tick: 1, type: 'pricing' }, 0.8],
  ['the same product: + 0.3', { subject: 'P001' }, { tick: 1, subjects: ['P002', 'P001'] }, 0.9],
  ['another product: − 0.15', { subject: 'P003' }, { tick: 1, subjects: ['P001'] }, 0.45],
  ['nobody in particular', { subject: 'P003' }, { tick: 1 }, 0.6],
  ['two shared tags: + 0.1', { tags: ['a', 'b', 'c'] }, { tick: 1, tags: ['a', 'c', 'z'] }, 0.7],
  ['six shared tags: + 0.2', { tags: [...'abcdef'] }, { tick: 1, tags: [...'abcdef'] }, 0.8],
])('relevance: %s', (_, change, query, relevance) => {
  expect(relevanceOf(item({ score: 0.5, ...change }), query, memory)).toBeCloseTo(relevance, 12);
});

test('seven are recalled, the most relevant first', () => {
  const items = Array.from({ length: 12 }, (_, index) => item({ statement: `${index}.`, score: index / 20 }));
  const recalled = recall({ ...memory, items }, { tick: 1 });
  expect(recalled.map(({ statement }) => statement)).toEqual(['11.', '10.', '9.', '8.', '7.', '6.', '5.']);
  expect(recall({ ...memory, items }, { tick: 1, limit: 2 })).toHaveLength(2);
});

test('recalling a thousand times changes nothing that is remembered', () => {
  const known = day(openMemory({ decay: 'exponential', mode: 'reflection_enabled' }), 1, {}, { statement: 'B.' });
  const before = JSON.stringify(known);
  const first = recall(known, { tick: 2 });
  for (let again = 0; again < 1_000; again += 1) expect(recall(known, { tick: 2 })).toEqual(first);
  expect(JSON.stringify(known)).toBe(before);
});

test.each<[Decay, number, number]>([
  ['none', 9, 1],
  ['linear', 0.25, 0.75],
  ['linear', 1, 0],
  ['linear', 3, 0],
  ['exponential', 0, 1],
  ['exponential', 0.5, 0.75],
  ['exponential', 1, 0.5],
  ['exponential', 1.5, 0.375],
  ['exponential', 3, 0.125],
  ['step', 0.49, 1],
  ['step', 0.5, 0.5],
  ['step', 1, 0],
])('%s: after %d of its life %d is left', (decay, life, left) => {
  expect(remaining(decay, life)).toBe(left);
});

test('a decay never grows again and stays between 0 and 1', () => {
  const life = fc.double({ min: 0, max: 2_000, noNaN: true });
  fc.assert(
    fc.property(fc.constantFrom(...DECAYS), life, life, (decay, a, b) => {
      const [young, old] = [remaining(decay, Math.min(a, b)), remaining(decay, Math.max(a, b))];
      expect(old).toBeLessThanOrEqual(young);
      expect(Math.min(old, 1 - young)).toBeGreaterThanOrEqual(0);
    }),
  );
});

test('episodic memories fade by age, long-term ones do not', () => {
  const fading = { settings: { ...memory.settings, decay: 'linear' as const } };
  // 14 days of life: at 5 days, a third of 15 is over: 0.6 × 2/3 + 0.1 × 55/60
  expect(relevanceOf(item({ score: 0.6 }), { tick: 6 }, fading)).toBeCloseTo(0.4 + 5.5 / 60, 12);
  expect(relevanceOf(item({ score: 0.6, tier: 'longTerm' }), { tick: 6 }, fading)).toBeCloseTo(0.6 + 5.5 / 60, 12);
});

describe('the block for a prompt', () => {
  test('says what was learned, about whom, how often and when', () => {
    expect(memoryBlock([item({ subject: 'P003', evidence: 3, lastTick: 12 }), item({ statement: 'Second.' })])).toBe(
      [
        'What you learned on earlier days, the most useful first:',
        '- [inventory P003; seen 3 times, last on day 12; confidence 0.80] Buy earlier.',
        '- [inventory; seen once, last on day 1; confidence 0.80] Second.',
      ].join('\n'),
    );
    expect(memoryBlock([])).toBe('');
  });

  test('is never longer than its tokens, four characters each, and holds twenty lessons at most', () => {
    fc.assert(
      fc.property(fc.nat(2_000), fc.array(fc.nat(400), { maxLength: 30 }), (tokens, lengths) => {
        const block = memoryBlock(
          lengths.map((chars) => item({ statement: 'x'.repeat(chars) })),
          tokens,
        );
        expect(block.length).toBeLessThanOrEqual(4 * tokens);
        expect(block.split('\n').length).toBeLessThanOrEqual(21);
      }),
    );
    const short = Array.from({ length: 30 }, (_, index) => item({ statement: `${index}.` }));
    expect(memoryBlock(short).split('\n')).toHaveLength(21);
  });
});

test('a model is asked to review with what was seen and what is known', () => {
  const today = { pending: [{ ...item({ statement: 'Today.' }), tick: 2 }] };
  const known = { ...day(openMemory({ reviews: 'model' }), 1, {}), ...today };
  const { system, user } = reviewPrompt(underReview(known)!, 2);
  expect(system).toContain('"discard"');
  expect(JSON.parse(user)).toMatchObject({
    day: 2,
    today: [{ statement: 'Today.' }],
    remembered: [{ id: known.items[0]!.id, statement: 'Buy earlier.', score: 0.69 }],
  });
  const digest = { ...openMemory({ mode: 'digest' }), ...today };
  expect(reviewPrompt(underReview(digest)!, 2).system).toContain('"promote"');
});

test('a model is asked where the memory says so or needs it, and only when there is something to learn from', () => {
  const today = { pending: [{ ...item(), tick: 2 }] };
  const asked = (settings: Parameters<typeof openMemory>[0]) =>
    underReview({ ...openMemory(settings), ...today })?.kind;
  expect(asked({ reviews: 'model' })).toBe('review');
  expect(asked({ mode: 'reflection_enabled', promotion: 'llm_reflection' })).toBe('review');
  expect(asked({ mode: 'digest' })).toBe('digest');
  expect(asked({})).toBeUndefined();
  expect(underReview(openMemory({ reviews: 'model' }))).toBeUndefined();
});

test('no mode tells more than twenty lessons', () => {
  for (const mode of Object.keys(MEMORY_PROFILES) as MemoryMode[])
    expect(MEMORY_PROFILES[mode].recallMax).toBeLessThanOrEqual(20);
});
