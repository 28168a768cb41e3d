import { cp, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runProgram } from './run-program';
import { moveInto } from './temporal-download';
import { compareVersions } from './version';

/** Older ones cannot fetch the toolchain that go.mod names, or cannot even read that line. */
export const OLDEST_GO = '1.21';
/** Only against a build that hangs: with other work on two cores 30 minutes were not enough (measured). */
const BUILD_TIMEOUT_MS = 2 * 60 * 60_000;
const COMPLAINTS_SHOWN = 10;
const REPORT_EVERY_MS = 10_000;
/** `go list -deps` of the pinned CLI, for "n of about m"; it only serves the progress line. */
const PACKAGES_IN_ALL = 1_718;

/** @returns the Go version, or why Go cannot be used. */
export async function checkGo(go: string): Promise<{ version: string } | { skipped: string }> {
  const { ok, stdout, complaint } = await runProgram(go, ['version'], { timeoutMs: 20_000, cwd: tmpdir() });
  const version = /go(\d+\.\d+(\.\d+)?)/.exec(stdout)?.[1];
  if (!ok || version === undefined) return { skipped: `${go} version fails: ${complaint}` };
  if (compareVersions(version, OLDEST_GO) < 0)
    return { skipped: `Go ${version} is on PATH; ${OLDEST_GO} or newer is needed` };
  return { version };
}

export interface BuildOptions {
  go: string;
  /** Folder with go.mod and go.sum of the CLI. */
  buildFolder: string;
  cliVersion: string;
  target: string;
  signal?: AbortSignal | undefined;
  onProgress(text: string): void;
}

/**
 * Builds the CLI from the pinned go.mod and go.sum through the module proxy, and puts it at `target`. Takes about four
 * minutes on two cores with empty caches. `onProgress` gets a line every 10 s.
 * @returns undefined when done, else the reason.
 */
export async function buildTemporal({
  go,
  buildFolder,
  cliVersion,
  target,
  signal,
  onProgress,
}: BuildOptions): Promise<string | undefined> {
  const folder = await mkdtemp(join(tmpdir(), 'longhaul-temporal-'));
  const progress = reportProgress(onProgress);
  try {
    await Promise.all(['go.mod', 'go.sum'].map((file) => cp(join(buildFolder, file), join(folder, file))));
    const stamp = `-s -w -X github.com/temporalio/cli/internal/temporalcli.Version=${cliVersion}`;
    const args = [
      'build',
      '-v',
      '-trimpath',
      '-ldflags',
      stamp,
      '-o',
      'temporal',
      'github.com/temporalio/cli/cmd/temporal',
    ];
    const { ok, ended } = await runProgram(go, args, {
      timeoutMs: BUILD_TIMEOUT_MS,
      cwd: folder,
      env: await buildEnvironment(go, folder),
      signal,
      onErrorLine: progress.line,
    });
    if (!ok) return `go build fails (${ended}): ${progress.complaints()}`;
    await moveInto(join(folder, 'temporal'), target);
    return undefined;
  } finally {
    progress.end();
    await rm(folder, { recursive: true, force: true });
  }
}

/**
 * The user's flags could vendor or change the modules; a local-only toolchain older than go.mod asks for must be
 * allowed to fetch the right one.
 */
async function buildEnvironment(go: string, folder: string): Promise<NodeJS.ProcessEnv> {
  const needed = /^go (\S+)$/m.exec(await readFile(join(folder, 'go.mod'), 'utf8'))?.[1] ?? '0';
  const found = await checkGo(go);
  const isNewEnough = 'version' in found && compareVersions(found.version, needed) >= 0;
  return {
    ...process.env,
    GOFLAGS: '-mod=readonly -buildvcs=false',
    GOWORK: 'off',
    ...(isNewEnough ? {} : { GOTOOLCHAIN: 'auto' }),
  };
}

/** `go build -v` names each package when it is compiled, and each module when it is downloaded; the rest is complaints. */
function reportProgress(onProgress: (text: string) => void): BuildProgress {
  const startedMs = performance.now();
  const complaints: string[] = [];
  let [modules, packages] = [0, 0];
  const say = () => {
    const seconds = Math.round((performance.now() - startedMs) / 1000);
    onProgress(
      `${seconds} s: ${modules} modules downloaded, ${packages} of about ${PACKAGES_IN_ALL} packages compiled`,
    );
  };
  const timer = setInterval(say, REPORT_EVERY_MS);
  return {
    line: (text) => {
      if (text.startsWith('go: downloading')) modules += 1;
      else if (/^\S+$/.test(text)) packages += 1;
      else complaints.push(text);
    },
    complaints: () => complaints.slice(-COMPLAINTS_SHOWN).join('\n'),
    end: () => clearInterval(timer),
  };
}

interface BuildProgress {
  line(text: string): void;
  complaints(): string;
  end(): void;
}
