import fc from 'fast-check';
import { findJson } from '../../../src/model-server/models/erp/find-json';

test('finds objects and arrays between prose, outermost first', () => {
  expect(findJson('Parsed: {"a":{"b":"} not the end"}} and [1,2], but {not json} and [ {"c":3}')).toEqual([
    { a: { b: '} not the end' } },
    [1, 2],
    { c: 3 },
  ]);
});

test('every value that was written into prose is found again', () => {
  const value = fc.oneof(fc.dictionary(fc.string(), fc.jsonValue()), fc.array(fc.jsonValue()));
  fc.assert(
    fc.property(fc.array(value, { maxLength: 5 }), (values) => {
      const text = values.map((item, index) => `part ${index}: ${JSON.stringify(item)}`).join('\n');
      expect(findJson(text)).toEqual(JSON.parse(JSON.stringify(values)));
    }),
  );
});

test('hostile text costs a bounded amount of work', () => {
  const startedMs = performance.now();
  expect(findJson('['.repeat(200_000))).toEqual([]);
  expect(performance.now() - startedMs).toBeLessThan(2_000);
});
