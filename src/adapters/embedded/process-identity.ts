import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/**
 * Names one life of one process: its pid and when it began. A pid alone may belong to a stranger after a restart of
 * the machine, and a stranger must never be signalled.
 */
export interface ProcessIdentity {
  pid: number;
  /** Opaque; comparable on one machine only. */
  beganAt: string;
}

/** The identity of a living process, or undefined when there is none (a zombie counts as dead). */
export function identifyProcess(pid: number): ProcessIdentity | undefined {
  const beganAt = process.platform === 'linux' ? beganAtOnLinux(pid) : beganAtByPs(pid);
  return beganAt === undefined ? undefined : { pid, beganAt };
}

export function isStillAlive(identity: ProcessIdentity): boolean {
  return identifyProcess(identity.pid)?.beganAt === identity.beganAt;
}

/** Field 22 of /proc/pid/stat, in clock ticks since boot; the name in field 2 may hold spaces and parentheses. */
function beganAtOnLinux(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return fields[0] === 'Z' ? undefined : `${bootId()}/${fields[19]}`;
  } catch {
    return undefined; // no such process
  }
}

function bootId(): string {
  return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
}

function beganAtByPs(pid: number): string | undefined {
  try {
    const line = execFileSync('ps', ['-o', 'stat=,lstart=', '-p', String(pid)], { encoding: 'utf8' }).trim();
    return line === '' || line.startsWith('Z') ? undefined : line.replace(/^\S+\s+/, '');
  } catch {
    return undefined; // ps ends with 1 when there is no such process
  }
}
