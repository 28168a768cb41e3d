import { existsSync } from 'node:fs';
import { basename, dirname } from 'node:path';
import { ERP_AGENTS } from '../../src/model-server/models/erp';
import { projectFiles, read } from './support/project';

/**
 * Siblings have one shape, so that reading one teaches the rest, and one registry, so that none is forgotten. The
 * checks are functions of a file list: the tests below also show them a tree with a fault in it.
 */
const source = projectFiles('src').filter((file) => file.endsWith('.ts'));

/** What every folder below `parent` must hold, apart from its own extra files. */
function foldersWithout(files: string[], parent: string, required: string[]): string[] {
  const folders = new Set(
    files
      .filter((file) => file.startsWith(`${parent}/`))
      .flatMap((file) => /^[^/]+(?=\/)/.exec(file.slice(parent.length + 1)) ?? []),
  );
  return [...folders].flatMap((folder) =>
    required
      .filter((name) => !files.includes(`${parent}/${folder}/${name}`))
      .map((name) => `${parent}/${folder} lacks ${name}`),
  );
}

/** Members that the registry's index does not import. */
function unregistered(members: string[], index: string, text: string): string[] {
  const imported = new Set([...text.matchAll(/from '\.\/([^']+)'/g)].map((match) => match[1]));
  return members
    .map((file) => basename(file, '.ts'))
    .filter((name) => !imported.has(name))
    .map((name) => `${index} does not register ${name}`);
}

const filesIn = (folder: string) => source.filter((file) => dirname(file) === folder && basename(file) !== 'index.ts');
const containing = (files: string[], pattern: RegExp) => files.filter((file) => pattern.test(read(file)));

/** What providers share is no provider. */
const providerFiles = source.filter((file) => !file.startsWith('src/adapters/llm/wire/'));

describe('model providers (src/adapters/llm/*)', () => {
  const required = ['index.ts', 'to-wire.ts', 'read-stream.ts', 'failure.ts'];

  it('each have a face, a request writer, an answer reader and a failure reader', () => {
    expect(source.some((file) => file.startsWith('src/adapters/llm/openai/'))).toBe(true);
    expect(foldersWithout(providerFiles, 'src/adapters/llm', required)).toEqual([]);
  });

  it('would be missed if one lacked a file', () => {
    const crooked = [...providerFiles, 'src/adapters/llm/newcomer/index.ts'];
    expect(foldersWithout(crooked, 'src/adapters/llm', required)).toContain(
      'src/adapters/llm/newcomer lacks failure.ts',
    );
  });

  it('are registered in one place', () => {
    const folders = [
      ...new Set(providerFiles.flatMap((file) => /^src\/adapters\/llm\/([^/]+)\//.exec(file)?.[1] ?? [])),
    ];
    expect(unregistered(folders, 'src/adapters/llm/index.ts', read('src/adapters/llm/index.ts'))).toEqual([]);
  });
});

describe('payload drivers (src/adapters/payloads)', () => {
  const drivers = containing(filesIn('src/adapters/payloads'), /implements PayloadStore\b/);

  it('are registered in one place', () => {
    expect(drivers.length).toBeGreaterThan(0);
    expect(unregistered(drivers, 'src/adapters/payloads/index.ts', read('src/adapters/payloads/index.ts'))).toEqual([]);
    expect(
      unregistered([...drivers, 'src/adapters/payloads/tape.ts'], 'index.ts', read('src/adapters/payloads/index.ts')),
    ).toEqual(['index.ts does not register tape']);
  });

  it('all pass the one contract test', () => {
    const contract = 'tests/integration/artifacts/payload-store.contract.ts';
    expect(existsSync(contract)).toBe(true);
    const callers = projectFiles('tests').filter(
      (file) => file.endsWith('.test.ts') && read(file).includes('payload-store.contract'),
    );
    for (const driver of drivers)
      expect(callers.map(read).join('\n')).toContain(`payloadStoreContract('${basename(driver, '.ts')}'`);
  });
});

describe('registries', () => {
  it.each([
    ['metrics', 'src/domain/evaluation/metrics', /implements Metric\b/],
    ['API routes', 'src/api/routes', /: (readonly )?Route\[\] =|satisfies (readonly )?Route\[\]/],
    ['scripted models', 'src/model-server/models', /: ScriptedModel =/],
    ['scripted ERP agents', 'src/model-server/models/erp', /: ErpAgent =/],
    ['workflow types', 'src/workflows', /^export async function agentRun\(/m],
  ])('%s are all in the index of %s', (_, folder, member) => {
    const members = containing(filesIn(folder), member);
    expect(members.length).toBeGreaterThan(0);
    expect(unregistered(members, `${folder}/index.ts`, read(`${folder}/index.ts`))).toEqual([]);
  });

  it('every scripted ERP agent is in a file of its name', () => {
    for (const { role } of ERP_AGENTS)
      expect(source).toContain(`src/model-server/models/erp/${role.replace(/_/g, '-')}.ts`);
  });
});
