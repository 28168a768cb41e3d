import fc from 'fast-check';
import { remember, type AgentMemory } from '../../../../../src/domain/simulation/memory/agent-memory';
import type { Lesson } from '../../../../../src/domain/simulation/memory/lesson';
import { MEMORY_PROFILES, type MemoryMode } from '../../../../../src/domain/simulation/memory/memory-modes';
import { lessonId } from '../../../../../src/domain/simulation/memory/lesson';
import { reviewByRules, withoutWords } from '../../../../../src/domain/simulation/memory/memory-review';
import { review as reviewed } from '../../../../../src/domain/simulation/memory/review';
import { readReview } from '../../../../../src/domain/simulation/memory/review-answer';
import { day, lesson, openMemory } from './support';

/** With an answer as it came from a model. */
const review = (memory: AgentMemory, tick: number, raw?: unknown) =>
  reviewed(memory, tick, raw === undefined ? undefined : readReview(raw));

const statements = ({ items }: AgentMemory) => items.map(({ statement }) => statement).sort();
const tiers = ({ items }: AgentMemory) => items.map(({ tier }) => tier);

describe('reflective memory', () => {
  test('keeps what scores 0.45 or more', () => {
    // 0.35 × impact + 0.25 × 0.4 + 0.15 × 0.4 + 0.15 × 0.4 + 0.1 = 0.35 × impact + 0.32
    const weak = { reusability: 0.4, confidence: 0.4, novelty: 0.4 };
    const memory = day(
      openMemory(),
      1,
      { ...weak, statement: 'Below.', impact: 0.37 }, // 0.4495
      { ...weak, statement: 'Above.', impact: 0.38 }, // 0.453
    );
    expect(statements(memory)).toEqual(['Above.']);
  });

  test('the same lesson on twenty days is one item with twenty pieces of evidence', () => {
    let memory = openMemory();
    for (let tick = 1; tick <= 20; tick += 1) memory = day(memory, tick, {});
    expect(memory.items).toHaveLength(1);
    expect(memory.items[0]).toMatchObject({ evidence: 20, firstTick: 1, lastTick: 20, confidence: 1 });
  });

  test('is consolidated on days that seven divides', () => {
    const six = day(day(openMemory(), 1, {}), 6, {});
    expect(tiers(six)).toEqual(['episodic']);
    expect(tiers(day(six, 7))).toEqual(['longTerm']);
  });

  test('a seventh day on which nobody was asked is made up for, once', () => {
    const late = day(day(openMemory(), 6, {}), 9);
    expect(tiers(late)).toEqual(['longTerm']);
    expect(tiers(day(late, 10, { statement: 'New.' }))).toEqual(['episodic', 'longTerm']); // like scores: the newer first
  });

  test('an episodic item lives 14 days after it was last seen, a long-term one for good', () => {
    const seen = day(day(openMemory(), 7), 8, {});
    const fifteen = { ...seen, items: seen.items.map((one) => ({ ...one, lastTick: 1 })) };
    expect(day(fifteen, 15).items).toHaveLength(1);
    expect(day(fifteen, 16).items).toHaveLength(0);
    expect(day(day(seen, 14), 700).items).toHaveLength(1);
  });

  test('holds 200 episodic and 80 long-term items, the best ones', () => {
    const impacts = Array.from({ length: 250 }, (_, index) => (index + 1) / 250);
    let memory = openMemory();
    // Fifty observations a day at most: five days of them.
    for (let tick = 1; tick <= 5; tick += 1)
      memory = day(
        memory,
        tick,
        ...impacts.slice((tick - 1) * 50, tick * 50).map((impact) => ({ statement: `Impact ${impact}.`, impact })),
      );
    expect(memory.items).toHaveLength(200);
    const weekly = day(memory, 7);
    expect(tiers(weekly).filter((tier) => tier === 'longTerm')).toHaveLength(80);
    expect(weekly.items[0]!.statement).toBe('Impact 1.');
    const long = weekly.items.filter(({ tier }) => tier === 'longTerm').map(({ impact }) => impact);
    expect(Math.min(...long)).toBeCloseTo(171 / 250, 12); // the eighty best of 250
  });

  test('a week of a memory that is full takes what is better than its worst', () => {
    const many = Array.from({ length: 50 }, (_, index) => ({ statement: `A ${index}.`, impact: 0.5 }));
    const more = Array.from({ length: 30 }, (_, index) => ({ statement: `B ${index}.`, impact: 0.5 }));
    const full = day(day(openMemory(), 6, ...many), 7, ...more);
    expect(tiers(full).every((tier) => tier === 'longTerm')).toBe(true);
    const better = day(full, 14, { statement: 'Better.', impact: 0.9 });
    expect(better.items.find(({ statement }) => statement === 'Better.')!.tier).toBe('longTerm');
    expect(tiers(better).filter((tier) => tier === 'longTerm')).toHaveLength(80);
  });
});

describe("a model's review", () => {
  const seen = remember(openMemory(), { ...lesson({ statement: 'Observed.' }), tick: 3 });

  test('decides instead of the observations', () => {
    const { memory, source, kept } = review(seen, 3, { keep: [{ statement: 'Prices end in 9.', impact: 0.9 }] });
    expect([statements(memory), source, kept]).toEqual([['Prices end in 9.'], 'model', 1]);
    // 0.315 + 0.125 + 0.075 + 0.06 + 0.1, with the weights that stand for those left out
    expect(memory.items[0]!.score).toBeCloseTo(0.675, 12);
    expect(memory.pending).toEqual([]);
  });

  test('an unusable answer leaves it to the observations, and is said', () => {
    for (const answer of ['keep it', null, {}, { keep: 'all' }, { keep: [{}, 7] }]) {
      const { memory, source } = review(seen, 3, answer);
      expect([statements(memory), source]).toEqual([['Observed.'], 'observed']);
    }
    expect(readReview({ keep: 'all', discard: [{}] }).feedback).toEqual([
      'FAILED keep: expected a list.',
      'FAILED discard[0]: it does not say what.',
    ]);
  });

  test('each part is validated alone', () => {
    const answer = readReview({
      keep: [{ statement: '  Good\n one. ', impact: 'high', tags: ['A', 7, ''], type: 'Pricing' }, { impact: 1 }],
      discard: 'nothing',
    });
    expect(reviewed(seen, 3, answer).memory.items).toMatchObject([
      { statement: 'Good one.', impact: 0.5, tags: ['a'], type: 'pricing', source: 'model' },
    ]);
    expect(answer.feedback).toEqual(['FAILED keep[1]: it does not say what.', 'FAILED discard: expected a list.']);
  });

  test('discards by id or by words, and what is left keeps its place', () => {
    const two = day(openMemory(), 1, { statement: 'One.' }, { statement: 'Two.' }, { statement: 'Three.' });
    const id = lessonId(lesson({ statement: 'One.' }));
    const { memory, discarded } = review(two, 2, { discard: [id, { statement: 'Two.', type: 'inventory' }, 'ffff'] });
    expect([statements(memory), discarded]).toEqual([['Three.'], 2]);
  });

  test('an update takes the place of what it says better, with its evidence and first day', () => {
    let memory = day(day(openMemory(), 1, { statement: 'Old.' }), 2, { statement: 'Old.' });
    const { id } = memory.items[0]!;
    memory = review(memory, 4, { update: [{ id, statement: 'New.', impact: 0.9 }] }).memory;
    expect(memory.items).toMatchObject([{ statement: 'New.', evidence: 2, firstTick: 1, lastTick: 4 }]);
  });

  test('that nothing is worth keeping is an answer too', () => {
    const { memory, source } = review(seen, 3, { keep: [], update: [], discard: [] });
    expect([memory.items, memory.pending, source]).toEqual([[], [], 'model']);
  });

  test('without its words it is the same memory, by the same ids; they are where the answer is', () => {
    const raw = {
      keep: [
        { statement: 'Prices end in 9.', impact: 0.9 },
        { statement: 'Old.', type: 'inventory' },
      ],
    };
    const known = day(openMemory(), 1, { statement: 'Old.' });
    const spoken = review(known, 3, raw).memory.items;
    const silent = reviewed(known, 3, withoutWords(readReview(raw), 'answer-3', [])).memory.items;
    expect(silent.map(({ id, score, evidence }) => [id, score, evidence])).toEqual(
      spoken.map(({ id, score, evidence }) => [id, score, evidence]),
    );
    const wordless = silent.find(({ statement }) => statement === '');
    expect(wordless).toMatchObject({
      id: lessonId({ statement: 'Prices end in 9.', type: 'mixed' }),
      wordsIn: 'answer-3',
    });
    // What was at hand stays at hand.
    expect(silent.find(({ statement }) => statement === 'Old.')).not.toHaveProperty('wordsIn');
  });

  test('of its tags only those stay by which it is found again: the others are words, too', () => {
    const raw = { keep: [{ statement: 'Prices end in 9.', tags: ['Risk', 'a price that ends in nine sells'] }] };
    const { keep } = withoutWords(readReview(raw), 'answer-3', ['profit', 'risk']);
    expect(keep).toMatchObject([{ statement: '', tags: ['risk'], wordsIn: 'answer-3' }]);
  });

  test('nothing that comes can break it or grow it beyond its bounds', () => {
    const word = fc.oneof(fc.string(), fc.constantFrom('Old.', 'New.', '__proto__'));
    const entry = fc.oneof(
      fc.jsonValue() as fc.Arbitrary<unknown>,
      fc.record({ statement: word, id: word, text: word, importance: fc.double() }),
    );
    const answer = fc.record(
      Object.fromEntries(['keep', 'update', 'discard', 'promote', 'forget'].map((name) => [name, fc.array(entry)])),
      { requiredKeys: [] },
    );
    const modes = fc.constantFrom(...(Object.keys(MEMORY_PROFILES) as MemoryMode[]));
    fc.assert(
      fc.property(modes, fc.array(fc.oneof(answer, entry), { maxLength: 10 }), (mode, answers) => {
        const { episodicMax, longTermMax } = MEMORY_PROFILES[mode];
        let memory = openMemory({ mode });
        answers.forEach((raw, tick) => {
          memory = review(remember(memory, { ...lesson(), tick }), tick, raw).memory;
          expect(memory.items.length).toBeLessThanOrEqual(episodicMax + longTermMax);
          expect(memory.items.every(({ score }) => score >= 0 && score <= 1)).toBe(true);
          expect(new Set(memory.items.map(({ id }) => id)).size).toBe(memory.items.length);
          expect(JSON.parse(JSON.stringify(memory))).toEqual(memory);
        });
      }),
    );
  });
});

describe('the other modes', () => {
  test.each(['stateless', 'memory_free'] as const)('%s keeps nothing', (mode) => {
    expect(day(openMemory({ mode }), 1, {}, { statement: 'Two.' })).toEqual(openMemory({ mode }));
  });

  test('short_term_only knows the last day and the one before', () => {
    const memory = day(openMemory({ mode: 'short_term_only' }), 1, {});
    expect([day(memory, 2).items.length, day(memory, 3).items.length]).toEqual([1, 0]);
  });

  test('long_term_only keeps all for good, without a score to reach', () => {
    const memory = day(openMemory({ mode: 'long_term_only' }), 1, { impact: 0.1, reusability: 0, confidence: 0 });
    expect(day(memory, 500).items).toHaveLength(1);
  });

  test('reflection_enabled keeps the best 30 % of a day: three of ten', () => {
    const ten = Array.from({ length: 10 }, (_, index) => ({ statement: `${index}.`, impact: index / 10 }));
    const memory = day(openMemory({ mode: 'reflection_enabled' }), 1, ...ten);
    expect(statements(day(memory, 3))).toEqual(['7.', '8.', '9.']);
  });

  test('consolidation_disabled keeps whatever grows old enough', () => {
    const memory = day(openMemory({ mode: 'consolidation_disabled' }), 1, { impact: 0, reusability: 0 });
    expect(tiers(memory)).toEqual(['episodic']);
    expect(tiers(day(day(memory, 2), 90))).toEqual(['longTerm']);
  });

  test('hybrid_reflection does not wait when something struck, and waits a week at most otherwise', () => {
    const calm = openMemory({ mode: 'hybrid_reflection' });
    expect(tiers(day(calm, 1, { impact: 0.79 }))).toEqual(['episodic']);
    expect(tiers(day(calm, 1, { impact: 0.8 }))).toEqual(['longTerm']);
    expect(tiers(day(calm, 7, { impact: 0.1 }))).toEqual(['longTerm']);
  });

  test('digest: only a model promotes, by importance; the 51st least important goes, then the oldest', () => {
    let memory = openMemory({ mode: 'digest' });
    memory = remember(memory, { ...lesson(), tick: 1 });
    memory = review(memory, 1).memory;
    expect([memory.items.length, memory.pending.length]).toEqual([0, 1]);
    const note = (text: string, importance: number) => ({ text, importance, tags: [] });
    const first = Array.from({ length: 50 }, (_, index) => note(`Note ${index}.`, 0.5));
    memory = review(memory, 2, { promote: first }).memory;
    memory = review(memory, 3, { promote: [note('Trifle.', 0.4), note('Note 7.', 0.5)] }).memory;
    expect([memory.items.length, statements(memory).includes('Trifle.')]).toEqual([50, false]);
    memory = review(memory, 4, { promote: [note('News.', 0.5)] }).memory;
    expect(statements(memory)).toContain('News.');
    expect(statements(memory)).toContain('Note 7.'); // as old as the others, but said again
    const news = memory.items.find(({ statement }) => statement === 'News.')!;
    expect(statements(review(memory, 5, { forget: [news.id] }).memory)).not.toContain('News.');
  });

  test('digest: where the model errs, what would be kept anywhere is noted in the words of the rules', () => {
    const seen = [
      { statement: 'Worth it.', impact: 0.6 }, // 0.69
      { statement: 'Not worth it.', impact: 0.1, reusability: 0, confidence: 0.1 }, // 0.035 + 0.015 + 0.06 + 0.1
    ].reduce((memory, one) => remember(memory, { ...lesson(one), tick: 1 }), openMemory({ mode: 'digest' }));
    const { memory, source } = reviewed(seen, 1, reviewByRules('The model is gone.'));
    expect([statements(memory), tiers(memory), memory.pending, source]).toEqual([
      ['Worth it.'],
      ['longTerm'],
      [],
      'observed',
    ]);
  });

  test('notes of more than 400 characters are cut', () => {
    const { memory } = review(openMemory({ mode: 'digest' }), 1, { promote: [{ text: 'x'.repeat(900) }] });
    expect(memory.items[0]!.statement).toHaveLength(400);
  });
});

test('what was learned does not depend on the order of a day', () => {
  const lessons = fc.uniqueArray(
    fc.record({ statement: fc.constantFrom('A', 'B', 'C', 'D', 'E'), impact: fc.nat(10) }),
    {
      selector: ({ statement, impact }) => `${statement}${impact}`,
      maxLength: 8,
    },
  );
  fc.assert(
    fc.property(lessons, fc.nat(20), (seen, tick) => {
      const given: Partial<Lesson>[] = seen.map(({ statement, impact }) => ({ statement, impact: impact / 10 }));
      expect(day(openMemory(), tick, ...[...given].reverse()).items).toEqual(day(openMemory(), tick, ...given).items);
    }),
  );
});
