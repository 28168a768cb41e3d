import fc from 'fast-check';
import { formatCsv, parseCsv } from '../../../../src/domain/tools/csv';
import { errorOf, valueOf } from './skill-under-test';

test.each<[string, unknown, Record<string, unknown>, unknown]>([
  ['upper', 'aé', {}, 'AÉ'],
  ['lower', 'AÉ', {}, 'aé'],
  ['title', "the OLD man's sea", {}, "The Old Man'S Sea"],
  ['trim', '  a ', {}, 'a'],
  ['split', 'a;b;c', { separator: ';' }, ['a', 'b', 'c']],
  ['split', 'a\nb', {}, ['a', 'b']],
  ['join', ['a', 1, true], {}, 'a, 1, true'],
  ['sort', [10, 9, 'b', 'a', 1], {}, [1, 9, 10, 'a', 'b']],
  ['sort', [{ p: 2 }, { p: 10 }, { p: 1 }], { by: 'p', descending: true }, [{ p: 10 }, { p: 2 }, { p: 1 }]],
  ['sort', '[3, 1, 2]', {}, [1, 2, 3]],
  ['unique', [1, '1', 1, { a: 1 }, { a: 1 }], {}, [1, '1', { a: 1 }]],
  ['reverse', [1, 2], {}, [2, 1]],
  ['pick', { a: 1, b: 2, c: 3 }, { fields: ['c', 'a'] }, { c: 3, a: 1 }],
  ['pick', [{ a: 1, b: 2 }, { b: 3 }], { fields: ['a'] }, [{ a: 1 }, {}]],
  [
    'csv_to_json',
    'sku,name\r\n1,"a ""big"" one, red"\n2,\n',
    {},
    [
      { sku: '1', name: 'a "big" one, red' },
      { sku: '2', name: '' },
    ],
  ],
  [
    'json_to_csv',
    [
      { a: 1, b: 'x,y' },
      { a: null, c: { d: 2 } },
    ],
    {},
    'a,b,c\n1,"x,y",\n,,"{""d"":2}"',
  ],
  ['json_to_csv', [{ toString: 'x' }, { a: 1 }], {}, 'toString,a\nx,\n,1'],
  ['sort', [{ valueOf: 1 }, { a: 1 }], { by: 'valueOf', descending: true }, [{ a: 1 }, { valueOf: 1 }]],
  ['csv_to_json', 'a\tb\n1\t2', { separator: '\t' }, [{ a: '1', b: '2' }]],
  ['to_json', { a: [1] }, {}, '{"a":[1]}'],
  ['parse_json', '{"a": 1}', {}, { a: 1 }],
])('%s of %j', (operation, value, more, result) => {
  expect(valueOf('transform', { operation, value, ...more })).toEqual(result);
});

test.each<[string, unknown, Record<string, unknown>, string]>([
  ['upper', 7, {}, 'upper needs a text'],
  ['sort', 'abc', {}, 'sort needs a list'],
  ['pick', { a: 1 }, {}, 'pick needs `fields`'],
  ['pick', [1], { fields: ['a'] }, 'an object or a list of objects'],
  ['json_to_csv', [1], {}, 'a list of objects'],
  [
    'json_to_csv',
    Array.from({ length: 500 }, (_, index) => ({ [`k${index}`]: 1 })),
    {},
    '500 rows by 500 columns; at most 200000 cells',
  ],
  ['csv_to_json', 'a,b\n1', {}, 'line 2 has 1 cells, the header 2'],
  ['csv_to_json', 'a,a\n1,2', {}, 'same name'],
  ['csv_to_json', 'a\n"1', {}, 'not closed'],
  ['parse_json', '{a', {}, 'not JSON'],
  ['shout', 'a', {}, 'allowed values'],
])('%s of %j is refused', (operation, value, more, problem) => {
  expect(errorOf('transform', { operation, value, ...more })).toContain(problem);
});

test('what was written as CSV is read back', () => {
  const cell = fc.string({ unit: fc.constantFrom('a', ',', '"', '\n', '\r', ' ', 'é'), maxLength: 6 });
  const row = fc.record({ first: cell.map((text) => `x${text}`), second: cell });
  fc.assert(
    fc.property(fc.array(row, { minLength: 1, maxLength: 5 }), (rows) => {
      const csv = formatCsv(rows);
      expect('text' in csv && parseCsv(csv.text)).toEqual({ rows });
    }),
  );
});
