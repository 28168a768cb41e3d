import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { inRoot, projectFiles, read } from './support/project';

/** Folders of src, of the domain and of the adapters: the ones that somebody opens by name. Below them files speak. */
const folders = [...new Set(projectFiles('src').flatMap((file) => parents(dirname(file))))].sort();

function parents(folder: string): string[] {
  return folder.split('/').flatMap((_, depth, parts) => {
    const path = parts.slice(0, depth + 1).join('/');
    return /^src\/[^/]+$|^src\/(domain|adapters)\/[^/]+$/.test(path) ? [path] : [];
  });
}

/** What is wrong with a folder's README: four lines, the last of which names a file that exists. */
function problems(folder: string, text: string): string[] {
  const lines = text.split('\n').filter((line) => line.trim() !== '' && !line.startsWith('#'));
  if (lines.length !== 4)
    return [
      `${folder}/README.md has ${lines.length} lines, expected 4: what lives here, what it may import, how to add one, which file to read first`,
    ];
  const [, imports, adding, reading] = lines as [string, string, string, string];
  const first = /`([\w./-]+\.\w+)`/.exec(reading)?.[1];
  return [
    ...(/may import/i.test(imports)
      ? []
      : [`${folder}/README.md: the second line says what may be imported ("May import: …")`]),
    ...(/\badd/i.test(adding) ? [] : [`${folder}/README.md: the third line says how to add one ("To add …")`]),
    ...(/read first/i.test(reading)
      ? []
      : [`${folder}/README.md: the fourth line says which file to read first ("Read first: …")`]),
    ...(first && (existsSync(inRoot(folder, first)) || existsSync(inRoot(first)))
      ? []
      : [`${folder}/README.md: the file to read first (${first}) does not exist`]),
  ];
}

it.each(folders)('%s has a README of four lines', (folder) => {
  const file = join(folder, 'README.md');
  expect(existsSync(inRoot(file)) ? problems(folder, read(file)) : [`${file} is missing`]).toEqual([]);
});

it('looks at more than a handful of folders, and sees a README that says too little', () => {
  expect(folders.length).toBeGreaterThan(12);
  expect(problems('src/domain', 'Pure code.\n')).toHaveLength(1);
  expect(
    problems('src/domain', 'Pure code.\nMay import: itself.\nTo add: a folder.\nRead first: `gone.ts`.\n'),
  ).toEqual([expect.stringContaining('does not exist') as string]);
});
