import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { ModuleKind, ScriptTarget, transpileModule } from 'typescript';
import { plantedBundle, type Change } from './planted-bundle';

/** The compiled product with other worlds in it. */
export interface PlantedPrograms {
  /** Where its programs are. */
  dist: string;
  remove(): void;
}

const DIST = resolve(__dirname, '../../dist');

/** @param added files of the tests, by their place below `src` */
export async function plantedPrograms(
  changes: readonly Change[],
  added: Readonly<Record<string, string>>,
): Promise<PlantedPrograms> {
  const { root, file, remove } = await plantedBundle(changes, added);
  const dist = join(root, 'dist');
  cpSync(DIST, dist, { recursive: true });
  cpSync(file, join(dist, 'workflow-bundle.js'));
  for (const name of ['package.json', 'migrations', 'prices'])
    cpSync(resolve(DIST, '..', name), join(root, name), { recursive: true, force: true });
  const compilerOptions = { module: ModuleKind.CommonJS, target: ScriptTarget.ES2022 };
  for (const changed of [...changes.map((change) => change.file), ...Object.keys(added)]) {
    const { outputText } = transpileModule(readFileSync(join(root, 'src', changed), 'utf8'), { compilerOptions });
    writeFileSync(join(dist, changed.replace(/\.ts$/, '.js')), outputText);
  }
  return { dist, remove };
}
