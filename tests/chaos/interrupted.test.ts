import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { until } from '../support/until';

const ROOT = resolve(__dirname, '../..');
/** Four services on a machine that runs another suite and builds beside it. */
const START_MS = 150_000;
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

const SERVICES = ['postgres', 'model-server'];
const serves = (lines: string[]) => SERVICES.every((name) => lines.join().includes(name));

test('a chaos run that is ended leaves no process behind', async () => {
  const main = join(ROOT, 'tests/chaos/harness/main.ts');
  const child = spawn(process.execPath, [LAUNCHER, main, '--seed', '1', '--minutes', '0', '--faults', 'F1'], {
    env: { ...process.env, TMPDIR: dir },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (said += text));
  const exited = once(child, 'exit');
  const begun = () => {
    if (child.exitCode !== null) throw new Error(`It ended with ${child.exitCode} before its services ran: ${said}`);
    return { lines: processes(), said };
  };
  await until(begun, ({ lines }) => serves(lines), START_MS);
  child.kill('SIGTERM');
  expect(await exited).toEqual([expect.any(Number), null]);
  await until(processes, (lines) => lines.length === 0);
}, 240_000);
