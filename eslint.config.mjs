// What the compiler and the import law cannot see: clocks and chance in pure code, promises nobody waits for, errors
// without a row in the error table. Every ban says what to use instead. tests/architecture/fence.test.ts breaks each once.
import tseslint from 'typescript-eslint';

const error = 'error';

// ── purity ───────────────────────────────────────────────────────────────────
// The workflow sandbox makes Math.random and Date.now deterministic, but domain code also runs in activities, the API,
// the CLI and tests, where nobody does. Hence the two are banned in domain and allowed in workflows.
const clockAndChance = [
  {
    object: 'Math',
    property: 'random',
    message: 'Chance is an argument: take a draw from [0, 1) as a parameter (see retryDelayMs).',
  },
  { object: 'Date', property: 'now', message: 'Time is an argument: take `nowMs` as a parameter.' },
];
const localeDependent = [
  'localeCompare',
  'toLocaleString',
  'toLocaleDateString',
  'toLocaleTimeString',
  'toLocaleUpperCase',
  'toLocaleLowerCase',
].map((property) => ({
  property,
  message:
    "The result depends on the machine's language data, so a replay elsewhere may differ. Compare with < and format by hand.",
}));
const globalBan = (names, message) => names.map((name) => ({ name, message }));
const hostGlobals = [
  ...globalBan(
    ['process', 'Buffer', 'globalThis', 'global', 'require', '__dirname'],
    'Pure code has no host. Take the value as an argument.',
  ),
  ...globalBan(
    ['fetch', 'crypto', 'performance', 'console'],
    'Pure code does no IO and has no clock. Return a value and let an adapter act on it.',
  ),
];
const timers = ['setTimeout', 'setInterval', 'setImmediate', 'queueMicrotask'];
const dateConstruction = (message) => [
  { selector: "NewExpression[callee.name='Date']", message },
  { selector: "CallExpression[callee.name='Date']", message },
];

// A cancel that meets a local activity broke the workflow task in a third of the cases; FastLane runs them where none does.
const localActivities = [
  {
    selector: 'ImportSpecifier[imported.name=/^(proxyLocalActivities|scheduleLocalActivity)$/]',
    message: 'Use FastLane.run: outside its non-cancellable scope a cancel breaks the workflow task.',
  },
];

const workflowDates = dateConstruction('Use Date.now() (the sandbox records it) and keep times as numbers in ms.');

// ── style that carries meaning ───────────────────────────────────────────────
const bareErrors = ['Error', 'TypeError', 'RangeError'].flatMap((name) => {
  const message =
    'Throw `new LonghaulError(code, params)` with a row in domain/kernel/errors.ts, or `assert(…)` for a broken invariant: only a code survives Temporal, HTTP and the CLI.';
  return [
    { selector: `ThrowStatement > NewExpression[callee.name='${name}']`, message },
    { selector: `ThrowStatement > CallExpression[callee.name='${name}']`, message },
    { selector: `CallExpression[callee.name='reject'] > NewExpression[callee.name='${name}']`, message },
  ];
});
const noEnums = [
  {
    selector: 'TSEnumDeclaration',
    message: 'Use a union of string literals, with a const array where the values are needed at run time.',
  },
];
const noDefaultExports = [
  { selector: 'ExportDefaultDeclaration', message: 'Named exports only: one name for one thing, everywhere.' },
];
const srcSyntax = [...noEnums, ...noDefaultExports, ...bareErrors];

const houseRules = {
  eqeqeq: [error, 'always', { null: 'ignore' }],
  'no-var': error,
  'prefer-const': error,
  'no-empty': error,
  'no-restricted-syntax': [error, ...noEnums],
  '@typescript-eslint/no-empty-function': error,
  '@typescript-eslint/no-explicit-any': error,
  '@typescript-eslint/no-unused-vars': [
    error,
    { argsIgnorePattern: '^_', varsIgnorePattern: '^_', caughtErrorsIgnorePattern: '^_', ignoreRestSiblings: true },
  ],
  '@typescript-eslint/consistent-type-imports': [
    error,
    { fixStyle: 'separate-type-imports', disallowTypeAnnotations: false },
  ],
  '@typescript-eslint/no-floating-promises': error,
  '@typescript-eslint/no-misused-promises': error,
  '@typescript-eslint/await-thenable': error,
  '@typescript-eslint/return-await': [error, 'error-handling-correctness-only'],
  '@typescript-eslint/only-throw-error': error,
  '@typescript-eslint/prefer-promise-reject-errors': error,
  '@typescript-eslint/switch-exhaustiveness-check': [error, { considerDefaultExhaustiveForUnions: true }],
  '@typescript-eslint/no-unnecessary-type-assertion': error,
  '@typescript-eslint/no-base-to-string': error,
};

export default tseslint.config(
  { ignores: ['dist/', 'node_modules/', 'coverage/', '.longhaul/', 'docs/reference/', '**/*.d.ts'] },
  { linterOptions: { reportUnusedDisableDirectives: error } },
  {
    files: ['**/*.ts'],
    plugins: { '@typescript-eslint': tseslint.plugin },
    languageOptions: {
      parser: tseslint.parser,
      parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname },
    },
    rules: houseRules,
  },
  {
    files: ['src/**/*.ts'],
    rules: {
      'no-console': [error],
      'max-lines': [error, { max: 300, skipBlankLines: true, skipComments: true }],
      'no-restricted-syntax': [error, ...srcSyntax],
    },
  },
  {
    // A program may end with a plain error before it has a logger or a client to tell.
    files: ['src/**/main.ts'],
    rules: { 'no-console': 'off', 'no-restricted-syntax': [error, ...noEnums, ...noDefaultExports] },
  },
  { files: ['src/cli/**/*.ts'], rules: { 'no-console': 'off' } },
  {
    files: ['src/domain/**/*.ts'],
    rules: {
      'no-restricted-properties': [error, ...clockAndChance, ...localeDependent],
      'no-restricted-globals': [
        error,
        ...hostGlobals,
        ...globalBan(timers, 'Pure code does not wait. Return what should happen when.'),
      ],
      'no-restricted-syntax': [
        error,
        ...srcSyntax,
        ...dateConstruction('Times in pure code are numbers in ms, passed in; text is made at the edge.'),
      ],
    },
  },
  {
    files: ['src/workflows/**/*.ts'],
    rules: {
      'no-restricted-properties': [error, ...localeDependent],
      'no-restricted-globals': [
        error,
        ...hostGlobals,
        ...globalBan(
          timers,
          'Use `sleep` or `condition` of @temporalio/workflow: they are recorded, named and cancelled with their scope.',
        ),
      ],
      'no-restricted-syntax': [error, ...srcSyntax, ...workflowDates, ...localActivities],
    },
  },
  { files: ['src/workflows/fast-lane.ts'], rules: { 'no-restricted-syntax': [error, ...srcSyntax, ...workflowDates] } },
  {
    files: ['tests/**/*.ts'],
    rules: {
      'no-restricted-properties': [
        error,
        {
          object: 'jest',
          property: 'mock',
          message: 'Use the real thing: Temporal, PostgreSQL, Redis and the model server run in the tests.',
        },
        ...['it', 'test', 'describe'].flatMap((object) =>
          ['only', 'skip', 'todo'].map((property) => ({ object, property, message: 'Every test runs, always.' })),
        ),
      ],
      'no-restricted-syntax': [
        error,
        ...noEnums,
        {
          selector:
            "NewExpression[callee.name='Promise'] CallExpression[callee.name='setTimeout'][arguments.0.type='Identifier']",
          message: 'A sleep makes a test slow on one machine and flaky on another. Wait for the condition.',
        },
        {
          selector: "ImportDeclaration[source.value='node:timers/promises']",
          message: 'A sleep makes a test slow on one machine and flaky on another. Wait for the condition.',
        },
      ],
    },
  },
  // The polling of a waited-for condition, and what a test double of time needs, live here and nowhere else.
  { files: ['tests/support/**/*.ts'], rules: { 'no-restricted-syntax': [error, ...noEnums] } },
  {
    // Plain Node files: the bootstrap runs before anything is installed, so it has neither types nor imports.
    files: ['**/*.{js,cjs,mjs}'],
    linterOptions: { reportUnusedDisableDirectives: error },
    rules: {
      eqeqeq: [error, 'always', { null: 'ignore' }],
      'no-var': error,
      'prefer-const': error,
      'no-empty': error,
      'no-unused-vars': [error, { argsIgnorePattern: '^_', caughtErrorsIgnorePattern: '^_' }],
    },
  },
  // Must parse on any Node, to say that it is too old.
  { files: ['scripts/lib/node-version.cjs'], rules: { 'no-var': 'off' } },
);
