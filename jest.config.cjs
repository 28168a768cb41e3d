const os = require('node:os');

// CommonJS + swc: Node 20's jest cannot require ESM-only packages, so the few we use are transformed.
const esm = ['@noble/hashes', 'node-pg-migrate', 'glob', 'minimatch'].join('|');
const base = {
  testEnvironment: 'node',
  transform: {
    '\\.m?[jt]sx?$': [
      '@swc/jest',
      { jsc: { parser: { syntax: 'typescript' }, target: 'es2022' }, module: { type: 'commonjs' } },
    ],
  },
  transformIgnorePatterns: [`/node_modules/(?!(${esm})/)`],
  modulePathIgnorePatterns: ['<rootDir>/dist/'],
};
/** Unit, architecture and replay need nothing but Node; the rest needs the real stack that global-setup starts. */
module.exports = {
  // The suites wait more than they work: one at a time leaves a quarter of two cores unused (jest's own choice).
  maxWorkers: Math.max(2, os.availableParallelism() - 1),
  projects: [
    { ...base, displayName: 'unit', testMatch: ['<rootDir>/tests/unit/**/*.test.ts'] },
    { ...base, displayName: 'architecture', testMatch: ['<rootDir>/tests/architecture/**/*.test.ts'] },
    { ...base, displayName: 'replay', testMatch: ['<rootDir>/tests/replay/**/*.test.ts'] },
    {
      ...base,
      displayName: 'stack',
      testMatch: ['<rootDir>/tests/{integration,workflows,api,cli,chaos}/**/*.test.ts'],
      globalSetup: '<rootDir>/tests/support/global-setup.cjs',
      globalTeardown: '<rootDir>/tests/support/global-teardown.cjs',
      setupFilesAfterEnv: ['<rootDir>/tests/support/setup-after-env.ts'],
    },
  ],
};
