import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { until } from '../support/until';

const ROOT = resolve(__dirname, '../..');
const LAUNCHER = join(ROOT, 'scripts/lib/run-typescript.cjs');

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'longhaul-interrupted-'));
  chmodSync(dir, 0o755); // PostgreSQL's own user must reach its data below
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

/** Of the stack: all its services are told their folder. */
const processes = () =>
  execFileSync('ps', ['-eo', 'args'], { encoding: 'utf8', maxBuffer: 16 * 1024 * 1024 })
    .split('\n')
    .filter((line) => line.includes(dir));

test('a chaos run that is ended leaves no process behind', async () => {
  const main = join(ROOT, 'tests/chaos/harness/main.ts');
  const child = spawn(process.execPath, [LAUNCHER, main, '--seed', '1', '--minutes', '0', '--faults', 'F1'], {
    env: { ...process.env, TMPDIR: dir },
    stdio: 'ignore',
  });
  const exited = once(child, 'exit');
  const serves = (lines: string[]) => ['postgres', 'model-server'].every((name) => lines.join().includes(name));
  await until(processes, serves, 60_000);
  child.kill('SIGTERM');
  expect(await exited).toEqual([expect.any(Number), null]);
  await until(processes, (lines) => lines.length === 0);
}, 120_000);
