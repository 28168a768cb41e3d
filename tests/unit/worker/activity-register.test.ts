import { appendFileSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createLog } from '../../../src/adapters/log';
import { ActivityRegister } from '../../../src/worker/reaper/activity-register';
import { readRegisters } from '../../../src/worker/reaper/register-file';

const HEAD = { owner: 'host/boot/ns/1/2', roles: ['llm'] as const };
const LINGER_MS = 2_000;

let dir: string;
beforeEach(() => {
  jest.useFakeTimers();
  dir = join(mkdtempSync(join(tmpdir(), 'longhaul-register-')), 'activities');
});
afterEach(() => {
  jest.useRealTimers();
  rmSync(join(dir, '..'), { recursive: true });
});

const log = createLog('silent', {});
const begin = () => ActivityRegister.begin(dir, HEAD, log);
const token = (text: string) => Buffer.from(text).toString('base64');
const open = () => readRegisters(dir, log).map(({ tokens }) => tokens.map((bytes) => Buffer.from(bytes).toString()));

test('names who it is and what is under way; what ended goes a little later, when the server has heard of it', () => {
  const register = begin();
  const leave = register.enter(token('one'));
  register.enter(token('two'));
  expect(readRegisters(dir, log)).toMatchObject([HEAD]);
  expect(open()).toEqual([['one', 'two']]);
  leave();
  expect(open()).toEqual([['one', 'two']]);
  jest.advanceTimersByTime(LINGER_MS);
  expect(open()).toEqual([['two']]);
});

test('a process that ends in order leaves nothing, also when its last activity has just ended', () => {
  const register = begin();
  register.enter(token('one'))();
  register.close();
  jest.advanceTimersByTime(LINGER_MS);
  expect(readdirSync(dir)).toEqual([]);
});

test('a line that a kill has torn is left out', () => {
  begin().enter(token('one'));
  appendFileSync(join(dir, readdirSync(dir)[0]!), `+2 ${token('two')}`);
  expect(open()).toEqual([['one']]);
});

test('does not grow for ever, and keeps what is under way', () => {
  const register = begin();
  register.enter(token('long'));
  const big = token('x'.repeat(10_000));
  for (let count = 0; count < 100; count += 1) {
    register.enter(big)();
    jest.advanceTimersByTime(LINGER_MS);
  }
  expect(open()).toEqual([['long']]);
  expect(statSync(join(dir, readdirSync(dir)[0]!)).size).toBeLessThan(500_000);
});

test('nothing is read of a folder in which something else lies', () => {
  begin();
  appendFileSync(join(dir, 'note.txt'), 'not a register\n');
  expect(readRegisters(dir, log)).toHaveLength(1);
});

test('one that cannot be read keeps nobody from the others', () => {
  begin().enter(token('one'));
  const broken = ['', 'no JSON', '{}', 'null', '{"owner": 7, "roles": ["llm"]}', '{"owner": "a", "roles": ["root"]}'];
  for (const [index, head] of broken.entries()) writeFileSync(join(dir, `${index}.activities`), `${head}\n+1 AAAA\n`);
  mkdirSync(join(dir, 'folder.activities'));
  expect(open()).toEqual([['one']]);
});

test('lines of another form say nothing', () => {
  begin().enter(token('one'));
  const strange = ['+', '+2', '+ AAAA', '-', '+3 ', 'AAAA', '+4 A A', '-one'];
  appendFileSync(join(dir, readdirSync(dir)[0]!), `${strange.join('\n')}\n`);
  expect(open()).toEqual([['one']]);
});
