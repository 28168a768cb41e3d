import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { certainlyDead, ownOwner } from '../../../src/gateway/owner';

/** The owner that a process with this pid and start would have here. */
function owner(pid: number, start: string): string {
  const [host, boot, namespace] = ownOwner().split('/');
  return [host, boot, namespace, pid, start].join('/');
}

test('this process is not dead, and is named in the same way each time', () => {
  expect(ownOwner()).toBe(ownOwner());
  expect(certainlyDead([ownOwner()])).toEqual([]);
});

test('a process that is gone is dead', async () => {
  const child = spawn(process.execPath, ['-e', '']);
  const gone = owner(child.pid!, '1');
  await once(child, 'exit');
  expect(certainlyDead([gone])).toEqual([gone]);
});

test('a pid that was given to another process is dead', () => {
  const earlier = owner(process.pid, '1');
  expect(certainlyDead([earlier])).toEqual([earlier]);
});

test.each([
  ['another host', (): string => ownOwner().replace(/^[^/]+/, 'elsewhere')],
  ['another boot', (): string => ownOwner().split('/').with(1, 'beforehand').join('/')],
  ['another pid namespace', (): string => ownOwner().split('/').with(2, '42').join('/')],
  ['a start that could not be read', () => owner(999_999, 'unknown')],
  ['something else', () => 'worker-1'],
  ['too many parts', () => `${owner(999_999, '1')}/more`],
  ['nothing', () => ''],
])('whoever cannot be judged is left to his lease: %s', (_, name) => expect(certainlyDead([name()])).toEqual([]));
