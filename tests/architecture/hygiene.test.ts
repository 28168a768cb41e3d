import { homedir } from 'node:os';
import { projectFiles, read } from './support/project';

/** Files that people read or that run elsewhere; a lock file's own hosts are checked apart. */
const BINARY = /\.(png|jpe?g|gif|ico|woff2?|gz|db)$/;
const files = projectFiles().filter((file) => !BINARY.test(file));
const text = files.filter((file) => !/^(package-lock\.json|deploy\/temporal\/go\.sum)$/.test(file));

function linesThatMatch(pattern: RegExp, among = text): string[] {
  return among.flatMap((file) =>
    read(file)
      .split('\n')
      .flatMap((line, index) => (pattern.test(line) ? [`${file}:${index + 1}: ${line.trim().slice(0, 160)}`] : [])),
  );
}

it('holds no path of the machine it was written on', () => {
  const root = process.cwd();
  // `/home/` and `/Users/` with a name, temporary folders of a job, this checkout, this home.
  const own = [root, homedir()]
    .filter((path) => path.split('/').length > 2)
    .map((path) => path.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'));
  const pattern = new RegExp(
    [...own.map((path) => `${path}(?![\\w-])`), '/(home|Users)/[a-z]\\w*/', '/root/(?!\\.)'].join('|'),
  );
  expect(
    linesThatMatch(
      pattern,
      text.filter((file) => !file.endsWith('hygiene.test.ts')),
    ),
  ).toEqual([]);
});

it('names no package registry: whoever installs has one configured', () => {
  expect(
    linesThatMatch(
      /registry\.(npmjs|yarnpkg)\.|npm\.pkg\.github|artifactory|verdaccio|_authToken|proxy\.golang\.org/,
      text.filter((file) => !file.endsWith('hygiene.test.ts')),
    ),
  ).toEqual([]);
  const lock = JSON.parse(read('package-lock.json')) as { packages: Record<string, { resolved?: string }> };
  const hosts = Object.values(lock.packages).flatMap(({ resolved }) => (resolved ? [new URL(resolved).host] : []));
  expect(hosts.filter((host) => host !== 'registry.npmjs.org')).toEqual([]);
});

it('pins every dependency to one version', () => {
  const manifest = JSON.parse(read('package.json')) as Record<
    'dependencies' | 'devDependencies' | 'optionalDependencies',
    Record<string, string>
  >;
  const versions = Object.entries({
    ...manifest.dependencies,
    ...manifest.devDependencies,
    ...manifest.optionalDependencies,
  });
  expect(versions.length).toBeGreaterThan(30);
  expect(versions.filter(([, version]) => !/^\d+\.\d+\.\d+(-[\w.]+)?$/.test(version))).toEqual([]);
});

it('has no unfinished business: no TODO, no FIXME, no stub', () => {
  expect(
    linesThatMatch(
      /\b(TODO|FIXME|XXX|HACK)\b|not implemented/i,
      text.filter((file) => /^(src|scripts|tests|bench)\//.test(file) && !file.endsWith('hygiene.test.ts')),
    ),
  ).toEqual([]);
});

it('switches no rule off without saying why', () => {
  expect(
    linesThatMatch(
      /eslint-disable(?!.* -- .)|@ts-(ignore|nocheck)|@ts-expect-error(?! .)/,
      text.filter((file) => /\.(ts|[cm]?js)$/.test(file) && !file.endsWith('hygiene.test.ts')),
    ),
  ).toEqual([]);
});
