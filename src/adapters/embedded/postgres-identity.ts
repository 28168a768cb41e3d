import { readFileSync, statSync } from 'node:fs';
import { LonghaulError } from '../../domain/kernel/errors';
import { runProgram, type Identity } from './run-program';

/**
 * PostgreSQL refuses to run as root. As root we run it as whoever owns the data folder already, else as `postgres` if
 * that user exists, else as `nobody`; the user must be in /etc/passwd (initdb looks it up). Otherwise as ourselves.
 */
export function postgresIdentity(existingDataDir: string | undefined): Identity | undefined {
  if (process.getuid?.() !== 0) return undefined;
  if (existingDataDir !== undefined) {
    const { uid, gid } = statSync(existingDataDir);
    return { uid, gid };
  }
  const identity = userNamed('postgres') ?? userNamed('nobody');
  if (identity) return identity;
  const detail =
    'PostgreSQL refuses to run as root, and neither user "postgres" nor "nobody" exists. Run as another user.';
  throw new LonghaulError('InvalidConfiguration', { detail });
}

function userNamed(name: string): Identity | undefined {
  const line = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .find((entry) => entry.startsWith(`${name}:`));
  const [, , uid, gid] = line?.split(':') ?? [];
  return uid === undefined ? undefined : { uid: Number(uid), gid: Number(gid) };
}

/** Whether that user may enter the folder: one above it may be private to root. */
export async function canReach(folder: string, identity: Identity | undefined): Promise<boolean> {
  if (!identity) return true;
  const { ok } = await runProgram('/bin/sh', ['-c', 'cd "$0"', folder], { timeoutMs: 10_000, cwd: '/', identity });
  return ok;
}
