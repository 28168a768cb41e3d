import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

export interface CodeVersion {
  version: string;
  workflowBundleSha256: string;
  temporalSdk: string;
}

const ROOT = join(__dirname, '..', '..', '..'); // from src and from dist alike

let known: CodeVersion | undefined;

/** What this installation is: its version, the SDK's (replay depends on it), and the hash of the workflow code that its workers run. */
export function codeVersion(): CodeVersion {
  return (known ??= {
    version: versionIn(join(ROOT, 'package.json')),
    temporalSdk: versionIn(require.resolve('@temporalio/client/package.json')),
    workflowBundleSha256: sha256Of(join(ROOT, 'dist', 'workflow-bundle.js')),
  });
}

function sha256Of(file: string): string {
  return createHash('sha256').update(readFileSync(file)).digest('hex');
}

function versionIn(file: string): string {
  return (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version;
}
