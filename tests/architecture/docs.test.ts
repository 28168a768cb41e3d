import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { describeSettings } from '../../src/adapters/config';
import { settingsSchema } from '../../src/adapters/config/settings';
import { createProgram } from '../../src/cli/main';
import { ERRORS } from '../../src/domain/kernel/errors';
import { MARKET_EVENTS } from '../../src/domain/worlds/marketplace/event-catalogue';
import { ROOT, projectFiles, read } from './support/project';
const reference = require('../../scripts/lib/reference.cjs') as {
  errorsPage(errors: typeof ERRORS): string;
  eventsPage(worlds: object): string;
  cliPage(program: ReturnType<typeof createProgram>): string;
  configurationPage(settings: readonly object[], schema: object): string;
  envExample(settings: readonly object[], schema: object): string;
};
const { folderGraph, withGraph } = require('../../scripts/lib/folder-graph.cjs') as {
  folderGraph(): string;
  withGraph(markdown: string, graph: string): string;
};
const { problemsOf, withCounts } = require('../../scripts/features.cjs') as {
  problemsOf(markdown: string, ids: string[], root: string): string[];
  withCounts(markdown: string): string;
};

const settings = describeSettings();
const schema = z.toJSONSchema(settingsSchema, { io: 'input' });

it('leads from the README to every guide', () => {
  const guides = projectFiles('docs').filter((file) => file.startsWith('docs/guides/'));
  expect(guides.filter((file) => !read('README.md').includes(`](${file})`))).toEqual([]);
});

describe('generated pages are in step with the source (else: npm run docs:generate)', () => {
  it.each([
    ['docs/reference/errors.md', () => reference.errorsPage(ERRORS)],
    ['docs/reference/configuration.md', () => reference.configurationPage(settings, schema)],
    ['docs/reference/events.md', () => reference.eventsPage({ marketplace: MARKET_EVENTS })],
    ['docs/reference/cli.md', () => reference.cliPage(createProgram())],
    ['.env.example', () => reference.envExample(settings, schema)],
    ['ARCHITECTURE.md', () => withGraph(read('ARCHITECTURE.md'), folderGraph())],
    ['docs/features.md', () => withCounts(read('docs/features.md'))],
  ])('%s', (file, rendered) => {
    expect(read(file)).toBe(rendered());
  });

  it('names every setting once, each with a description', () => {
    const names = settings.map(({ env }) => env);
    expect(new Set(names).size).toBe(names.length);
    expect(names).toContain('TEMPORAL_ADDRESS');
    for (const { env, description } of settings) expect(`${env}: ${description}`).toMatch(/: .{10,}\.$/);
  });

  it('shows no default of a secret in .env.example', () => {
    const secrets = settings.filter(({ secret }) => secret);
    expect(secrets.length).toBeGreaterThan(2);
    for (const { env } of secrets) expect(read('.env.example')).toMatch(new RegExp(`^#${env}=$`, 'm'));
  });
});

describe('the feature table', () => {
  const ids = JSON.parse(read('docs/features-ids.json')) as string[];
  const problems = (markdown: string) => problemsOf(markdown, ids, ROOT);
  const table = read('docs/features.md');
  const first = table.split('\n').find((line) => line.startsWith('| S000-DOC-01 |'))!;
  const with_ = (status: string) => table.replace(first, first.replace(/\| [^|]+ \|$/, `| ${status} |`));

  it('holds every id once, with a status, and names tests that exist', () => {
    expect(ids).toHaveLength(613);
    expect(problems(table)).toEqual([]);
  });

  it.each([
    ['a missing row', () => table.replace(`${first}\n`, ''), 'S000-DOC-01 has no row'],
    ['a second row', () => table.replace(first, `${first}\n${first}`), 'appears a second time'],
    ['an unknown id', () => table.replace('| S000-DOC-01 |', '| S000-DOC-99 |'), 'is not an id'],
    ['a status of its own', () => with_('mostly done'), 'is none of'],
    ['a test that does not exist', () => with_('works: `tests/unit/imagined.test.ts`'), 'does not exist'],
    ['works without a test', () => with_('works'), 'is none of'],
    ['replaced without a reason', () => with_('replaced by something else'), 'is none of'],
  ])('refuses %s', (_, spoiled, message) => {
    expect(problems(spoiled()).join('\n')).toContain(message);
  });
});

describe('pages that people read', () => {
  const pages = projectFiles('*.md', 'docs').filter(
    (file) => file.endsWith('.md') && !file.startsWith('docs/features'),
  );

  it.each(pages)('%s names only files that exist', (page) => {
    const text = read(page).replace(/```[\s\S]*?```/g, '');
    const links = [...text.matchAll(/\]\((?!https?:|#|mailto:)([^)#]+)/g)].map((match) =>
      join(dirname(page), match[1]!),
    );
    const named = [...text.matchAll(/`((?:src|tests|scripts|migrations|docs|deploy|examples|bench)\/[\w./-]+)`/g)].map(
      (match) => match[1]!,
    );
    expect([...links, ...named].filter((file) => !existsSync(join(ROOT, file)))).toEqual([]);
  });

  it('names only npm scripts that exist', () => {
    const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> };
    const named = pages.flatMap((page) => [...read(page).matchAll(/npm run ([\w:-]+)/g)].map((match) => match[1]!));
    expect(named.length).toBeGreaterThan(5);
    expect([...new Set(named)].filter((name) => !(name in scripts))).toEqual([]);
  });
});
