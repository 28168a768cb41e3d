import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { hostStack, type StackHost } from './stack-host';

export interface StackFolder {
  dir: string;
  /** A supervisor of its own for this folder; stopped with the test. */
  host(temporalDynamicConfig?: Readonly<Record<string, unknown>>): StackHost;
}

/** Gives each test of the suite an empty folder for stacks, and stops and removes what it started there. */
export function useStackFolder(): StackFolder {
  const hosts: StackHost[] = [];
  const folder: StackFolder = {
    dir: '',
    host: (temporalDynamicConfig) => hosts[hosts.push(hostStack(folder.dir, 'services', temporalDynamicConfig)) - 1]!,
  };
  beforeEach(() => {
    folder.dir = mkdtempSync(join(tmpdir(), 'longhaul-stack-'));
    chmodSync(folder.dir, 0o755); // PostgreSQL runs as another user when we are root
  });
  afterEach(async () => {
    await Promise.all(hosts.splice(0).map((host) => host.stop()));
    rmSync(folder.dir, { recursive: true });
  });
  return folder;
}
