import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { present } from '../../domain/kernel/assert';
import { runProgram } from './run-program';
import { compareVersions } from './version';

/** Priority and fairness of task queues work from here on. */
export const OLDEST_TEMPORAL_SERVER = '1.31';

/** The version of the Temporal CLI that deploy/temporal/go.mod pins, without the "v". */
export function pinnedCliVersion(buildFolder: string): string {
  const version = /^\s*github\.com\/temporalio\/cli v(\S+)/m.exec(readFileSync(join(buildFolder, 'go.mod'), 'utf8'));
  return present(version?.[1], `${buildFolder}/go.mod requires github.com/temporalio/cli`);
}

/** What `temporal --version` says about the server inside, or why the binary cannot be used. */
export async function checkTemporalBinary(binary: string): Promise<{ version: string } | { skipped: string }> {
  const { ok, stdout, complaint } = await runProgram(binary, ['--version'], { timeoutMs: 20_000 });
  if (!ok) return { skipped: `${binary} --version fails: ${complaint}` };
  const version = /Server (\d+\.\d+\.\d+)/.exec(stdout)?.[1];
  if (version === undefined) return { skipped: `${binary} does not say which server it holds: ${stdout.trim()}` };
  if (compareVersions(version, OLDEST_TEMPORAL_SERVER) < 0)
    return { skipped: `${binary} holds server ${version}; ${OLDEST_TEMPORAL_SERVER} or newer is needed` };
  return { version };
}
