import fc from 'fast-check';
import { repairJson } from '../../../../src/domain/llm/repair-json';

test.each([
  ['```json\n{"a":1}\n```', { a: 1 }],
  ['Here: {"a":[1,2,],} – done.', { a: [1, 2] }],
  ['{"a":"two\nlines\tand a tab"}', { a: 'two\nlines\tand a tab' }],
  ['{"a":"keeps ,] and \\",}"}', { a: 'keeps ,] and ",}' }],
  ['[1 , \n ]', [1]],
])('%j is mended', (content, expected) => expect(JSON.parse(repairJson(content))).toEqual(expected));

test.each(['{"a":1', '[1,2', '{"a" 1}', '[1,,2]', 'none', ''])('%j stays broken', (content) => {
  expect(() => JSON.parse(repairJson(content)) as unknown).toThrow();
});

test('objects and lists that are JSON stay what they are', () => {
  fc.assert(
    fc.property(fc.oneof(fc.array(fc.jsonValue()), fc.dictionary(fc.string(), fc.jsonValue())), (value) => {
      for (const text of [JSON.stringify(value), JSON.stringify(value, null, 2)])
        expect(JSON.parse(repairJson(text))).toEqual(JSON.parse(text));
    }),
  );
});

test('long answers take one pass', () => {
  const text = `[${', \n'.repeat(1_000_000)}]`;
  expect(repairJson(text)).toHaveLength(text.length - 1);
});
