import fc from 'fast-check';
import { sentencesOf } from '../../../../src/domain/tools/summarize';
import { valueOf } from './skill-under-test';

const TEXT = `Tides

The moon raises the tides of the ocean. Lunch was late. The tides of the ocean follow the moon and the sun!
Sailors know the tides and the moon. Nobody knows Dr. Who.`;

test.each<[string, Record<string, unknown>, string]>([
  [
    'the leading sentences',
    { text: TEXT, sentences: 2, method: 'leading' },
    'Tides The moon raises the tides of the ocean.',
  ],
  [
    'the central sentences, in the order of the text',
    { text: TEXT, sentences: 2 },
    'The moon raises the tides of the ocean. The tides of the ocean follow the moon and the sun!',
  ],
  ['all of a short text', { text: 'One. Two.', sentences: 5 }, 'One. Two.'],
  ['white space is evened out', { text: 'One\n  two.\n\n\nThree', sentences: 2 }, 'One two. Three'],
  ['nothing but white space', { text: ' \n ' }, ''],
])('%s', (_, args, summary) => {
  expect(valueOf('summarize', args)).toBe(summary);
});

test('a summary has no sentence that the text lacks, keeps their order and has as many as were asked for', () => {
  const words = fc.array(fc.constantFrom('tide', 'moon', 'ocean', 'sun', 'a', 'ship'), { minLength: 1, maxLength: 6 });
  const texts = fc.array(words, { minLength: 1, maxLength: 12 }).map((all) => all.map((one) => `${one.join(' ')}.`));
  fc.assert(
    fc.property(texts, fc.integer({ min: 1, max: 15 }), (sentences, count) => {
      const kept = sentencesOf(String(valueOf('summarize', { text: sentences.join(' '), sentences: count })));
      expect(kept).toHaveLength(Math.min(count, sentences.length));
      let at = -1;
      for (const sentence of kept) {
        at = sentences.indexOf(sentence, at + 1);
        expect(at).toBeGreaterThanOrEqual(0);
      }
    }),
  );
});
