import { execFileSync } from 'node:child_process';
import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';

/**
 * Who owns an attempt: `host/boot/pid namespace/pid/start`. A pid alone is given again, on another machine and in
 * another container it is somebody else's; together with the process's start time it names one process for ever.
 */
export function ownOwner(): string {
  return `${here()}/${process.pid}/${startOf(process.pid) ?? 'unknown'}`;
}

/**
 * Which of these owners are certainly gone. One-sided: whoever belongs to another host, boot or pid namespace, or has no
 * known start time, is left to his lease, because a living process that is taken for dead pays twice.
 */
export function certainlyDead(owners: readonly string[]): string[] {
  const prefix = `${here()}/`;
  return owners.filter((owner) => {
    const [pid, start, ...rest] = owner.startsWith(prefix) ? owner.slice(prefix.length).split('/') : [];
    if (!pid || !/^\d+$/.test(pid) || !start || start === 'unknown' || rest.length > 0) return false;
    return startOf(Number(pid)) !== start && !isUnreadable(Number(pid));
  });
}

function here(): string {
  return `${hostname()}/${readOr('/proc/sys/kernel/random/boot_id', 'boot').slice(0, 8)}/${pidNamespace()}`;
}

function pidNamespace(): string {
  try {
    return readlinkSync('/proc/self/ns/pid').replace(/\D/g, '');
  } catch {
    return 'host'; // no namespaces on this system
  }
}

/** Null when there is no such process, or when it cannot be told. */
function startOf(pid: number): string | null {
  if (process.platform === 'linux') {
    const stat = readOr(`/proc/${pid}/stat`, '');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? null; // field 22; the name before may hold blanks
  }
  try {
    const started = execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8', timeout: 2000 });
    return started.trim().replaceAll(/[\s/]+/g, '-') || null;
  } catch {
    return null;
  }
}

/** A process that exists although its start cannot be read is not certainly gone. */
function isUnreadable(pid: number): boolean {
  if (startOf(pid) !== null) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH';
  }
}

function readOr(path: string, fallback: string): string {
  try {
    return readFileSync(path, 'utf8').trim();
  } catch {
    return fallback;
  }
}
