import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ownOwner } from '../../../src/gateway/owner';
import { agentFolder } from '../../../src/worker/agent-folder';

let below: string;
beforeEach(() => (below = mkdtempSync(join(tmpdir(), 'longhaul-folders-'))));
afterEach(() => rmSync(below, { recursive: true }));

function left(owner: string): string {
  const folder = join(below, `longhaul-agents-${Buffer.from(owner).toString('base64url')}.abcdef`);
  mkdirSync(folder);
  writeFileSync(join(folder, 'notes.txt'), 'mine');
  return folder;
}

test('what a killed process left is removed; that of a living one, and of another machine, stays', () => {
  const lost = left(ownOwner().replace(/[^/]+$/, '1'));
  const living = agentFolder(below);
  const far = left(`elsewhere/${ownOwner().split('/').slice(1).join('/')}`);
  mkdirSync(join(below, 'longhaul-agents-'));
  const mine = agentFolder(below);
  expect([lost, living, far, mine].map(existsSync)).toEqual([false, true, true, true]);
  expect(mine).not.toBe(living);
});
