import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readProviderLog } from '../../../src/cli/ledger/provider-log';

const folder = mkdtempSync(join(tmpdir(), 'longhaul-provider-log-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function file(name: string, text: string): string {
  writeFileSync(join(folder, name), text);
  return join(folder, name);
}

const RECORDS = [
  { attemptKey: 'run/agent/0#1', inputTokens: 10, outputTokens: 5, cachedInputTokens: 4 },
  { attemptKey: 'run/agent/1#1', inputTokens: 20, outputTokens: 0 },
];

test('a log of JSON lines and the same as CSV are the same records, in parts', async () => {
  const json = file('log.jsonl', RECORDS.map((record) => `${JSON.stringify(record)}\n`).join(''));
  const csv = file(
    'log.csv',
    'attemptKey,inputTokens,outputTokens,cachedInputTokens,bill\n"run/agent/0#1",10,5,4,x\nrun/agent/1#1,20,0,,y\n',
  );
  const expected = { parts: RECORDS.map((record) => [expect.objectContaining(record)]), unreadable: 0 };
  expect(await readProviderLog(json, 1)).toEqual(expected);
  expect(await readProviderLog(csv, 1)).toEqual(expected);
});

test.each([
  ['broken.csv', 'attemptKey,inputTokens\n"a,1\n', 'not closed'],
  ['text.jsonl', 'hello\n', 'no log of a provider'],
])('%s is refused, and why', async (name, text, why) => {
  await expect(readProviderLog(file(name, text), 10)).rejects.toThrow(why);
});
