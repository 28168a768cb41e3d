import { createWriteStream } from 'node:fs';
import { chmod, copyFile, mkdir, mkdtemp, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { runProgram } from './run-program';

const CONNECT_TIMEOUT_MS = 5_000;
const DOWNLOAD_TIMEOUT_MS = 300_000;
const ARCHITECTURES: Readonly<Record<string, string>> = { x64: 'amd64', arm64: 'arm64' };

/** The archive that the Temporal SDK's test server takes its binary from, too. */
export function temporalArchiveUrl(cliVersion: string, platform = process.platform, arch = process.arch): string {
  return `https://temporal.download/cli/archive/v${cliVersion}?platform=${platform}&arch=${ARCHITECTURES[arch] ?? arch}`;
}

/**
 * Downloads and unpacks the CLI to `target`. A machine without internet finds out after 5 s at most.
 * @returns undefined when done, else the reason.
 */
export async function downloadTemporal(
  cliVersion: string,
  target: string,
  signal?: AbortSignal,
): Promise<string | undefined> {
  const folder = await mkdtemp(join(tmpdir(), 'longhaul-temporal-'));
  try {
    const archive = join(folder, 'temporal.tar.gz');
    const problem = await download(temporalArchiveUrl(cliVersion), archive, signal);
    if (problem !== undefined) return problem;
    const { ok, complaint } = await runProgram('tar', ['-xzf', archive, '-C', folder, 'temporal'], {
      timeoutMs: 120_000,
    });
    if (!ok) return `the archive cannot be unpacked: ${complaint}`;
    await moveInto(join(folder, 'temporal'), target);
    return undefined;
  } catch (error) {
    return reasonOf(error);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** The rename at the end makes the file appear whole or not at all. */
export async function moveInto(file: string, target: string): Promise<void> {
  await mkdir(dirname(target), { recursive: true });
  await chmod(file, 0o755);
  await copyFile(file, `${target}.new`); // a rename alone cannot cross file systems
  await rename(`${target}.new`, target);
}

async function download(url: string, file: string, signal?: AbortSignal): Promise<string | undefined> {
  const connecting = new AbortController();
  const timer = setTimeout(
    () => connecting.abort(new Error(`no answer within ${CONNECT_TIMEOUT_MS} ms`)),
    CONNECT_TIMEOUT_MS,
  );
  const signals = [connecting.signal, AbortSignal.timeout(DOWNLOAD_TIMEOUT_MS), ...(signal ? [signal] : [])];
  const response = await fetch(url, { signal: AbortSignal.any(signals) }).finally(() => clearTimeout(timer));
  if (!response.ok || !response.body) return `HTTP ${response.status}`;
  await pipeline(Readable.fromWeb(response.body), createWriteStream(file));
  return undefined;
}

/** fetch says only "fetch failed"; what a person needs is in its cause. */
function reasonOf(error: unknown): string {
  const { message, cause } = error as Error;
  return cause instanceof Error ? `${message} (${cause.message})` : message;
}
