import { readdirSync, readFileSync } from 'node:fs';

/** Linux counts in hundredths of a second, whatever the kernel's own tick is. */
const TICK_MS = 10;

/** CPU time by the name of a process, in ms. */
export type CpuTimes = Record<string, number>;

interface Stat {
  pid: number;
  parent: number;
  ms: number;
}

/**
 * CPU time that each named process and its descendants have used so far: unlike a makespan it hardly depends on what else
 * the machine does. Undefined where there is no /proc.
 */
export function cpuTimes(pids: Readonly<Record<string, number>>): CpuTimes | undefined {
  if (process.platform !== 'linux') return undefined;
  const stats = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => statOf(name) ?? []);
  const parents = new Map(stats.map(({ pid, parent }) => [pid, parent]));
  const isBelow = (pid: number | undefined, root: number): boolean =>
    pid !== undefined && (pid === root || isBelow(parents.get(pid), root));
  const total = (root: number) => stats.reduce((sum, { pid, ms }) => (isBelow(pid, root) ? sum + ms : sum), 0);
  return Object.fromEntries(Object.entries(pids).map(([name, pid]) => [name, total(pid)]));
}

export function cpuBetween(before: CpuTimes | undefined, after: CpuTimes | undefined): CpuTimes | undefined {
  if (!before || !after) return undefined;
  return Object.fromEntries(Object.entries(after).map(([name, ms]) => [name, ms - before[name]!]));
}

export function sum(times: CpuTimes): number {
  return Object.values(times).reduce((total, ms) => total + ms, 0);
}

/** Own time and that of children which have ended; the fields are counted after the name, which may hold blanks. */
function statOf(pid: string): Stat | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
    const ticks = fields.slice(11, 15).reduce((total, field) => total + Number(field), 0);
    return { pid: Number(pid), parent: Number(fields[1]), ms: ticks * TICK_MS };
  } catch {
    return undefined; // it ended while the list was read
  }
}
