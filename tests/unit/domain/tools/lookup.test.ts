import { errorOf, valueOf } from './skill-under-test';

const STOCK = {
  items: [
    { sku: 'A-1', price: 12.5, tags: ['new'], 'unit of sale': 'box' },
    { sku: 'A-2', price: 7, tags: [] },
    { sku: 'B-1', price: 7, tags: ['old'] },
  ],
};

test.each<[string, Record<string, unknown>, unknown]>([
  ['a part by its path', { data: STOCK, path: 'items[0].price' }, 12.5],
  ['from the end', { data: STOCK, path: 'items[-1].sku' }, 'B-1'],
  ['a dollar before it', { data: STOCK, path: '$.items[1].sku' }, 'A-2'],
  ['a key that is no word', { data: STOCK, path: 'items[0]["unit of sale"]' }, 'box'],
  ['every item', { data: STOCK, path: 'items[*].sku' }, ['A-1', 'A-2', 'B-1']],
  ['every item of every item', { data: STOCK, path: 'items[*].tags[*]' }, ['new', 'old']],
  ['a text that is JSON', { data: JSON.stringify(STOCK), path: 'items[1].price' }, 7],
  ['the rows that match', { data: STOCK, path: 'items', where: { price: 7 } }, STOCK.items.slice(1)],
  ['numbers written as texts', { data: STOCK.items, where: { price: '7', sku: 'B-1' }, first: true }, STOCK.items[2]],
  ['the default', { data: STOCK, path: 'items[9]', default: null }, null],
  ['all of it', { data: [1], path: '' }, [1]],
])('%s', (_, args, value) => {
  expect(valueOf('lookup', args)).toEqual(value);
});

test.each<[string, Record<string, unknown>, string]>([
  [
    'a missing key names those there are',
    { data: STOCK, path: 'items[0].prize' },
    'it has sku, price, tags, unit of sale',
  ],
  ['a missing position', { data: STOCK, path: 'items[3]' }, 'has 3 items, none at 3'],
  ['a key of a list', { data: STOCK, path: 'items.price' }, '"price" is no position'],
  ['inherited members are not there', { data: {}, path: 'constructor' }, 'has no "constructor"'],
  ['a path that is a program', { data: STOCK, path: 'items[?(@.price>7)]' }, 'cannot be read from "[?('],
  ['a key of a text', { data: { a: 'b' }, path: 'a.b' }, 'is a string and has no "b"'],
  ['no row', { data: STOCK.items, where: { sku: 'C' } }, 'None of 3 rows matches'],
  [
    'too many conditions',
    { data: [{}], where: Object.fromEntries(Array.from({ length: 101 }, (_, i) => [`k${i}`, 1])) },
    'more than 100',
  ],
  ['no list', { data: STOCK, where: { sku: 'C' } }, 'needs a list of rows'],
  ['prototype keys', { data: '{"__proto__": {"a": 1}}', path: 'a' }, 'prototype'],
  ['an argument that does not exist', { data: STOCK, key: 'items' }, 'additional properties'],
])('%s', (_, args, problem) => {
  expect(errorOf('lookup', args)).toContain(problem);
});
