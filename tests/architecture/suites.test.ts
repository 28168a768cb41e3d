import { projectFiles, read } from './support/project';

interface Project {
  displayName: string;
  testMatch: string[];
  globalSetup?: string;
}
const { projects } = require('../../jest.config.cjs') as { projects: Project[] };
const suites = projectFiles('tests').filter((file) => /\.test\.[cm]?[jt]s$/.test(file));

function folders({ testMatch }: Project): string[] {
  return testMatch.flatMap((pattern) => {
    const [, names] = /^<rootDir>\/tests\/(?:\{([\w,]+)\}|\w+)\//.exec(pattern) ?? [];
    return names ? names.split(',') : [/^<rootDir>\/tests\/(\w+)\//.exec(pattern)![1]!];
  });
}

it('runs every suite once: a file outside of all projects would be a test that never runs', () => {
  const placed = suites.map((file) => ({
    file,
    in: projects.filter((project) => folders(project).includes(file.split('/')[1]!)),
  }));
  expect(placed.filter((entry) => entry.in.length !== 1).map(({ file }) => file)).toEqual([]);
  expect(suites.length).toBeGreaterThan(40);
});

it('keeps unit and integration apart: what needs no service starts none', () => {
  expect(
    projects
      .filter((project) => project.globalSetup === undefined)
      .map(({ displayName }) => displayName)
      .sort(),
  ).toEqual(['architecture', 'replay', 'unit']);
  const services = /support\/(stack|system|database|redis|model-server|api)'/;
  expect(
    suites.filter(
      (file) =>
        /^tests\/(unit|architecture|replay)\//.test(file) &&
        !file.endsWith('suites.test.ts') &&
        services.test(read(file)),
    ),
  ).toEqual([]);
});
