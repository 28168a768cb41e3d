import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { bundleWorkflowCode, DefaultLogger } from '@temporalio/worker';

export interface Change {
  /** Below `src`. */
  file: string;
  from: string;
  to: string;
}

export interface PlantedBundle {
  file: string;
  /** Where the copied sources are, as stacks name them. */
  root: string;
  remove(): void;
}

const ROOT = resolve(__dirname, '../..');

/**
 * The workflows with a mistake in them, bundled as the build does it.
 *
 * @param added files of the tests, by their place below `src`
 * @throws when a change does not fit the source any more
 */
export async function plantedBundle(
  changes: readonly Change[],
  added: Readonly<Record<string, string>> = {},
): Promise<PlantedBundle> {
  const root = mkdtempSync(join(tmpdir(), 'longhaul-planted-'));
  for (const folder of ['workflows', 'contracts', 'domain'])
    cpSync(join(ROOT, 'src', folder), join(root, 'src', folder), { recursive: true });
  symlinkSync(join(ROOT, 'node_modules'), join(root, 'node_modules'));
  for (const [file, from] of Object.entries(added)) cpSync(from, join(root, 'src', file));
  for (const { file, from, to } of changes) {
    const path = join(root, 'src', file);
    const text = readFileSync(path, 'utf8');
    if (text.split(from).length !== 2)
      throw new Error(`${file} does not hold this once, so nothing is planted:\n${from}`);
    writeFileSync(
      path,
      text.replace(from, () => to),
    );
  }
  const workflowsPath = join(root, 'src/workflows/index.ts');
  const { code } = await bundleWorkflowCode({ workflowsPath, logger: new DefaultLogger('ERROR') });
  const file = join(root, 'workflow-bundle.js');
  writeFileSync(file, code);
  return { file, root, remove: () => rmSync(root, { recursive: true, force: true }) };
}
