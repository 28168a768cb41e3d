import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { tryLock, withLock } from '../../../../src/adapters/embedded/file-lock';
import { identifyProcess, isStillAlive } from '../../../../src/adapters/embedded/process-identity';

let file: string;
beforeEach(() => (file = join(mkdtempSync(join(tmpdir(), 'longhaul-lock-')), 'lock')));
afterEach(() => rmSync(join(file, '..'), { recursive: true }));

it('is held by one, and free again after release', () => {
  const lock = tryLock(file);
  expect(tryLock(file)).toEqual({ heldBy: process.pid });
  (lock as { release(): void }).release();
  expect(tryLock(file)).toHaveProperty('release');
});

it('is taken over from a dead process, and from another process that got the same pid', () => {
  const { pid } = spawnSync('true');
  writeFileSync(file, JSON.stringify({ pid, beganAt: 'earlier' }));
  const lock = tryLock(file);
  expect(lock).toHaveProperty('release');
  (lock as { release(): void }).release();
  writeFileSync(file, JSON.stringify({ pid: process.pid, beganAt: 'in another life' }));
  expect(tryLock(file)).toHaveProperty('release');
});

it('lets one work at a time and is released when the work fails', async () => {
  const order: string[] = [];
  const work = (name: string) =>
    withLock(
      file,
      5_000,
      () => order.push(`${name} waits`),
      async () => void order.push(`${name} in`, `${name} out`),
    );
  const failing = withLock(
    file,
    5_000,
    () => undefined,
    () => Promise.reject(new Error('broken')),
  );
  await expect(failing).rejects.toThrow('broken');
  await Promise.all([work('a'), work('b')]);
  expect(order.filter((entry) => !entry.endsWith('waits'))).toEqual(['a in', 'a out', 'b in', 'b out']);
});

it('knows a process by its birth', () => {
  const me = identifyProcess(process.pid)!;
  expect(isStillAlive(me)).toBe(true);
  expect(isStillAlive({ ...me, beganAt: 'another time' })).toBe(false);
  expect(identifyProcess(spawnSync('true').pid)).toBeUndefined();
});
