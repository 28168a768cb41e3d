import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { jsonSchemaProblem } from '../../../../src/adapters/json-schema';
import { openTools, type ToolContext } from '../../../../src/adapters/tools';
import { BUILT_IN_TOOLS } from '../../../../src/domain/tools/built-in';

let folder: string;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'longhaul-plug-ins-'))));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const DECLARATION = { name: 'order', description: 'Orders.', url: 'https://example.org/orders', method: 'POST' };
const file = (name: string, content: unknown) =>
  writeFileSync(join(folder, name), typeof content === 'string' ? content : JSON.stringify(content));
const open = (env: NodeJS.ProcessEnv = {}) => openTools({ folder, httpAllow: '' }, env, jsonSchemaProblem);

test('without a folder there are the built-in tools', () => {
  const { all } = openTools({ httpAllow: '' }, {}, jsonSchemaProblem);
  expect(all.map(({ name }) => name)).toEqual(BUILT_IN_TOOLS.map(({ name }) => name));
});

test('each file is a tool; helpers, hidden files, tests and pages are none', () => {
  file('b.yaml', 'name: read\ndescription: Reads.\nurl: https://example.org/{id}\n');
  file('a.json', DECLARATION);
  for (const name of ['_helper.json', '.hidden.yaml', 'tool.test.ts', 'types.d.ts', 'package.json', 'README.md'])
    file(name, 'not looked at: [');
  const added = open().all.slice(BUILT_IN_TOOLS.length);
  expect(added.map(({ name, sideEffects, pure, idempotent }) => [name, sideEffects, pure, idempotent])).toEqual([
    ['order', true, false, false],
    ['read', false, false, false],
  ]);
});

test.each<[string, unknown, string]>([
  ['a.json', { ...DECLARATION, name: 'two words' }, 'name: letters, digits'],
  ['a.json', { ...DECLARATION, methode: 'GET' }, 'methode'],
  ['a.json', { ...DECLARATION, description: undefined }, 'description'],
  ['a.json', { ...DECLARATION, parameters: { type: 'objekt' } }, 'of type object'],
  ['a.json', { ...DECLARATION, parameters: { type: 'object', required: 'a' } }, 'not a valid JSON Schema'],
  ['a.yaml', 'name: [', 'cannot be used'],
  ['a.json', { ...DECLARATION, headers: { Authorization: 'Bearer ${NO_SUCH_TOKEN}' } }, 'NO_SUCH_TOKEN is not set'],
  ['a.json', { ...DECLARATION, headers: { 'a b': 'c' } }, 'headers'],
])('%s is refused, and the file is named', (name, content, problem) => {
  file(name, content);
  expect(() => open()).toThrow(problem);
  expect(() => open()).toThrow(join(folder, name));
});

test('a plug-in cannot take the name of another tool', () => {
  file('a.json', { ...DECLARATION, name: 'calculator' });
  expect(() => open()).toThrow('two tools are named "calculator"');
});

test('a folder that does not exist is said', () => {
  rmSync(folder, { recursive: true });
  expect(() => open()).toThrow(folder);
});

test('a credential is not in what the tool shows of itself', () => {
  file('a.json', { ...DECLARATION, headers: { Authorization: 'Bearer ${TOKEN}' } });
  const tool = open({ TOKEN: 'very-secret-token' }).find('order')!;
  expect(JSON.stringify(tool)).not.toContain('very-secret-token');
});

test.each(['', '.', '..'])('an argument that changes the path of a request is refused: "%s"', async (id) => {
  file('a.json', { ...DECLARATION, method: 'DELETE', url: 'https://example.org/orders/{id}/items?of={of}' });
  const outcome = await open()
    .find('order')!
    .execute({ id, of: '' }, {} as ToolContext);
  expect(outcome).toEqual({ ok: false, error: expect.stringContaining('an argument of the path') as string });
});

test('an argument of the query may be empty', async () => {
  file('a.json', { ...DECLARATION, method: 'GET', url: 'https://example.org/orders/{id}?of={of}' });
  const outcome = await open()
    .find('order')!
    .execute({ id: 'a..b', of: '' }, {} as ToolContext);
  expect(outcome).toEqual({ ok: false, error: expect.stringContaining('no host is allowed') as string });
});
