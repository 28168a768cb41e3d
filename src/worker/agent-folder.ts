import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { certainlyDead, ownOwner } from '../gateway/owner';

const PREFIX = 'longhaul-agents-';

/**
 * Where programs of this process have their folders. Its name says whose it is, so that what a killed process left is
 * removed by whoever comes after it.
 */
export function agentFolder(below = tmpdir()): string {
  removeLost(below);
  return mkdtempSync(join(below, `${PREFIX}${Buffer.from(ownOwner()).toString('base64url')}.`));
}

function removeLost(below: string): void {
  for (const name of readdirSync(below)) {
    if (!name.startsWith(PREFIX)) continue;
    const owner = Buffer.from(name.slice(PREFIX.length).split('.')[0]!, 'base64url').toString('utf8');
    if (certainlyDead([owner]).length > 0) remove(join(below, name));
  }
}

/** Another user's, or one that is written to at this moment, stays: it is in nobody's way. */
function remove(folder: string): void {
  try {
    rmSync(folder, { recursive: true, force: true });
  } catch {
    // The next one tries again.
  }
}
