import { statfs } from 'node:fs/promises';
import { totalmem } from 'node:os';
import type { Finding } from './finding';
import { runProgram } from './run-program';
import { compareVersions } from './version';

const OLDEST_NODE = '20.19';
/** Each connection and each log takes one; servers and workers together stay below this. */
const OPEN_FILES_NEEDED = 1_024;
/** Data of a few long runs, and room for the build of the Temporal server. */
const FREE_BYTES_NEEDED = 3 * 1024 ** 3;
/** Temporal, PostgreSQL, Redis, three workers and the API together take about 1 GB. */
const MEMORY_BYTES_NEEDED = 2 * 1024 ** 3;

export async function examineMachine(dir: string): Promise<Finding[]> {
  return [node(), await openFiles(), await disk(dir), memory()];
}

function node(): Finding {
  const healthy = compareVersions(process.versions.node, OLDEST_NODE) >= 0;
  return {
    name: 'Node',
    healthy,
    origin: process.execPath,
    version: process.versions.node,
    detail: `${process.platform} ${process.arch}`,
    ...mend(healthy, `install Node ${OLDEST_NODE} or newer.`),
  };
}

async function openFiles(): Promise<Finding> {
  const { stdout } = await runProgram('/bin/sh', ['-c', 'ulimit -n'], { timeoutMs: 5_000 });
  const limit = stdout.trim() === 'unlimited' ? Infinity : Number(stdout);
  const healthy = limit >= OPEN_FILES_NEEDED;
  return {
    name: 'open files',
    healthy,
    origin: 'ulimit -n',
    version: '',
    detail: `${limit} allowed`,
    ...mend(healthy, `run "ulimit -n ${OPEN_FILES_NEEDED}" before the command.`),
  };
}

async function disk(dir: string): Promise<Finding> {
  const { bavail, bsize } = await statfs(dir);
  const healthy = bavail * bsize >= FREE_BYTES_NEEDED;
  return {
    name: 'disk',
    healthy,
    origin: dir,
    version: '',
    detail: `${gib(bavail * bsize)} GiB free`,
    ...mend(healthy, `free some space: ${gib(FREE_BYTES_NEEDED)} GiB are needed.`),
  };
}

function memory(): Finding {
  const healthy = totalmem() >= MEMORY_BYTES_NEEDED;
  return {
    name: 'memory',
    healthy,
    origin: 'this machine',
    version: '',
    detail: `${gib(totalmem())} GiB`,
    ...mend(healthy, `use a machine with ${gib(MEMORY_BYTES_NEEDED)} GiB or more.`),
  };
}

function gib(bytes: number): string {
  return (bytes / 1024 ** 3).toFixed(1);
}

function mend(healthy: boolean, text: string): { mend?: string } {
  return healthy ? {} : { mend: text };
}
