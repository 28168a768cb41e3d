import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { onPath } from './on-path';
import { runProgram } from './run-program';

const APT_TIMEOUT_MS = 120_000;
/** Part of every Debian; a second copy beside it would only be a chance to mismatch. */
const ALWAYS_THERE = new Set(['libc6', 'libgcc-s1', 'libstdc++6']);

/** Whether packages of this machine can be fetched and unpacked without installing them. */
export function isDebianLike(): boolean {
  return ['apt-get', 'apt-cache', 'dpkg-deb'].every((program) => onPath(program) !== undefined);
}

/**
 * Fetches redis-server with the libraries that it names and unpacks them to `target`. Nothing is installed, so it
 * needs no rights and changes nothing on the machine.
 * @returns undefined when done, else the reason.
 */
export async function unpackDebianRedis(target: string): Promise<string | undefined> {
  await mkdir(dirname(target), { recursive: true });
  const folder = await mkdtemp(`${target}.new-`);
  try {
    const problem = (await fetchPackages(folder)) ?? (await unpackAll(folder));
    if (problem === undefined) await rename(join(folder, 'root'), target);
    return problem;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Folders that hold the unpacked libraries, for the program's library path. */
export async function debianLibraryPath(root: string): Promise<string> {
  const folders: string[] = [];
  for (const lib of [join(root, 'usr/lib'), join(root, 'lib')].filter(existsSync)) {
    const entries = await readdir(lib, { withFileTypes: true });
    folders.push(lib, ...entries.filter((entry) => entry.isDirectory()).map((entry) => join(lib, entry.name)));
  }
  return folders.join(':');
}

async function fetchPackages(folder: string): Promise<string | undefined> {
  const direct = await download(folder, []);
  if (direct === undefined) return undefined;
  // The machine's package lists may be missing or stale (images delete them): fetch private ones and try again.
  const lists = await privateLists(folder);
  const updated = await runProgram('apt-get', [...lists, 'update', '-q'], { timeoutMs: APT_TIMEOUT_MS });
  return updated.ok
    ? download(folder, lists)
    : `apt-get download fails: ${direct}; apt-get update fails: ${updated.complaint}`;
}

async function download(folder: string, options: string[]): Promise<string | undefined> {
  const packages = ['redis-server', 'redis-tools'];
  const { ok, stdout, complaint } = await runProgram('apt-cache', [...options, 'depends', '--important', ...packages], {
    timeoutMs: APT_TIMEOUT_MS,
  });
  if (!ok) return complaint;
  const libraries = [...stdout.matchAll(/^ {2}(?:Pre)?Depends: (lib\S+)/gm)]
    .map((match) => match[1]!)
    .filter((name) => !ALWAYS_THERE.has(name));
  const args = [...options, 'download', '-q', ...packages, ...new Set(libraries)];
  const fetched = await runProgram('apt-get', args, { timeoutMs: APT_TIMEOUT_MS, cwd: folder });
  return fetched.ok ? undefined : fetched.complaint;
}

async function privateLists(folder: string): Promise<string[]> {
  const [lists, archives] = [join(folder, 'lists'), join(folder, 'archives')];
  await Promise.all([lists, archives].map((path) => mkdir(join(path, 'partial'), { recursive: true })));
  return [
    `Dir::State::Lists=${lists}`,
    `Dir::Cache=${folder}`,
    `Dir::Cache::Archives=${archives}`,
    'APT::Sandbox::User=',
  ].flatMap((option) => ['-o', option]);
}

async function unpackAll(folder: string): Promise<string | undefined> {
  for (const file of (await readdir(folder)).filter((name) => name.endsWith('.deb'))) {
    const { ok, complaint } = await runProgram('dpkg-deb', ['-x', join(folder, file), join(folder, 'root')], {
      timeoutMs: APT_TIMEOUT_MS,
    });
    if (!ok) return `dpkg-deb cannot unpack ${file}: ${complaint}`;
  }
  return undefined;
}
