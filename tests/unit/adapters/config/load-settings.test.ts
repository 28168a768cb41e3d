import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describeSettings, effectiveSettings, loadSettings } from '../../../../src/adapters/config';
import { LonghaulError } from '../../../../src/domain/kernel/errors';

let cwd: string;
beforeEach(() => (cwd = mkdtempSync(join(tmpdir(), 'longhaul-config-'))));
afterEach(() => rmSync(cwd, { recursive: true }));

function write(name: string, content: string): void {
  mkdirSync(join(cwd, name, '..'), { recursive: true });
  writeFileSync(join(cwd, name), content);
}

function errorOf(work: () => unknown): LonghaulError {
  try {
    work();
  } catch (error) {
    if (LonghaulError.is(error)) return error;
    throw error;
  }
  throw new Error('expected an error');
}

describe('precedence', () => {
  const sources = {
    defaults: () => undefined,
    file: () => write('longhaul.yaml', 'api:\n  port: 1001\n'),
    dotEnv: () => write('.env', 'LONGHAUL_API_PORT=1002\n'),
  };

  it.each([
    { name: 'default', use: [], env: {}, argv: {}, port: 8080, origin: 'default' },
    { name: 'file', use: ['file'], env: {}, argv: {}, port: 1001, origin: 'longhaul.yaml' },
    { name: '.env', use: ['file', 'dotEnv'], env: {}, argv: {}, port: 1002, origin: '.env' },
    {
      name: 'environment',
      use: ['file', 'dotEnv'],
      env: { LONGHAUL_API_PORT: '1003' },
      argv: {},
      port: 1003,
      origin: 'environment',
    },
    {
      name: 'command line',
      use: ['file', 'dotEnv'],
      env: { LONGHAUL_API_PORT: '1003' },
      argv: { api: { port: 1004 } },
      port: 1004,
      origin: 'command line',
    },
  ])('takes the port from $name', ({ use, env, argv, port, origin }) => {
    for (const source of use) sources[source as keyof typeof sources]();
    const { settings, origins } = loadSettings({ argv, env, cwd });
    expect(settings.api.port).toBe(port);
    expect(origins.get('api.port')).toBe(origin);
  });

  it('merges single settings, not whole sections', () => {
    write('longhaul.yaml', 'api: { port: 1001, host: 0.0.0.0 }');
    const { settings } = loadSettings({ env: { LONGHAUL_API_PORT: '7' }, cwd });
    expect(settings.api).toMatchObject({ port: 7, host: '0.0.0.0' });
  });

  it('reads config/config.json where there is no longhaul.yaml', () => {
    write('config/config.json', '{"log": {"level": "debug"}}');
    expect(loadSettings({ env: {}, cwd }).settings.log.level).toBe('debug');
    write('longhaul.yaml', '# nothing\n');
    expect(loadSettings({ env: {}, cwd }).settings.log.level).toBe('info');
  });

  it('takes an empty variable as not set', () => {
    const { api } = loadSettings({ env: { LONGHAUL_API_PORT: '', LONGHAUL_API_TOKEN: '' }, cwd }).settings;
    expect([api.port, api.token]).toEqual([8080, undefined]);
  });
});

describe('problems', () => {
  it('come all at once, each with its source, its value and what was expected', () => {
    write('longhaul.yaml', 'api:\n  prot: 1\n  port: 99999\nlog:\n  level: loud\nredis: 5\nnonsense: 1\n');
    const error = errorOf(() =>
      loadSettings({ env: { LONGHAUL_POSTGRES_POOL_MAX: 'many', TEMPORAL_UI_URL: 'nowhere' }, cwd }),
    );
    expect(error.code).toBe('InvalidConfiguration');
    expect(Object.fromEntries(error.problems.map(({ path, message }) => [path, message]))).toEqual({
      'api.prot': 'Unknown setting (longhaul.yaml). Did you mean "api.port"?',
      'api.port': 'longhaul.yaml gives 99999; expected a number <= 65535.',
      'log.level': 'longhaul.yaml gives "loud"; expected one of silent, error, warn, info, debug.',
      redis: 'Expected settings below it, got 5 (longhaul.yaml).',
      nonsense:
        'Unknown setting (longhaul.yaml). Known here: tenant, temporal, postgres, redis, payloads, api, llm, monitoring, worker, tools, runners, log.',
      'postgres.poolMax': 'LONGHAUL_POSTGRES_POOL_MAX (environment) gives "many"; expected a number.',
      'temporal.uiUrl': 'TEMPORAL_UI_URL (environment) gives "nowhere"; expected a URL such as http://127.0.0.1:8080.',
    });
    for (const { path, message } of error.problems) expect(error.message).toContain(`${path}: ${message}`);
  });

  it('never show a secret', () => {
    const error = errorOf(() => loadSettings({ env: { LONGHAUL_API_TOKEN: 'hunter2' }, cwd }));
    expect(error.message).toContain('LONGHAUL_API_TOKEN (environment) gives ****; expected at least 16 characters');
    expect(JSON.stringify([error.message, error.params, error.problems])).not.toContain('hunter2');
  });

  it('name a misspelt variable, and leave those alone that are not ours', () => {
    expect(errorOf(() => loadSettings({ env: { LONGHAUL_API_TOKN: 'x' }, cwd })).problems).toEqual([
      { path: 'LONGHAUL_API_TOKN', message: 'Unknown variable (environment). Did you mean "LONGHAUL_API_TOKEN"?' },
    ]);
    expect(() =>
      loadSettings({ env: { LONGHAUL_TEST_REDIS_URL: 'x', LONGHAUL_DB_PASSWORD: 'x', API_TOKN: 'x' }, cwd }),
    ).not.toThrow();
  });

  it.each([['port: true'], ['port: null'], ['port: [80]'], ['port: { a: 1 }']])(
    'do not turn %s into a number',
    (line) => {
      write('longhaul.yaml', `api:\n  ${line}\n`);
      expect(errorOf(() => loadSettings({ env: {}, cwd })).problems[0]).toMatchObject({ path: 'api.port' });
    },
  );

  it.each([
    ['longhaul.yaml', 'api: [', 'longhaul.yaml cannot be read'],
    ['longhaul.yaml', '- 1\n- 2\n', 'longhaul.yaml must be a mapping'],
    ['config/config.json', '{"api": }', 'config/config.json cannot be read'],
    ['longhaul.yaml', '__proto__:\n  polluted: 1\n', '__proto__: Unknown setting'],
    ['config/config.json', '{"constructor": {"prototype": {"polluted": 1}}}', 'constructor: Unknown setting'],
  ])('come from %s with %j', (name, content, message) => {
    write(name, content);
    expect(errorOf(() => loadSettings({ env: {}, cwd })).message).toContain(message);
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  });
});

describe('descriptions', () => {
  it('cover every setting with a variable of its own', () => {
    const settings = describeSettings();
    expect(settings.length).toBeGreaterThan(20);
    expect(new Set(settings.map(({ env }) => env)).size).toBe(settings.length);
    for (const setting of settings)
      expect(setting).toMatchObject({
        path: expect.stringMatching(/^\w+(\.\w+)*$/),
        env: expect.stringMatching(/^[A-Z_]+$/),
        description: expect.stringMatching(/\.$/),
      });
    expect(settings.find(({ path }) => path === 'api.port')).toMatchObject({ fallback: 8080, secret: false });
  });

  it('show effective values with their origin, passwords hidden', () => {
    const shown = effectiveSettings(
      loadSettings({
        env: {
          DATABASE_URL: 'postgres://me:hunter2@db:5432/book?password=hunter3',
          LONGHAUL_API_TOKEN: 'hunter2-hunter2-hunter2',
        },
        cwd,
      }),
    );
    const byPath = Object.fromEntries(shown.map(({ path, value, origin }) => [path, { value, origin }]));
    expect(byPath['postgres.url']).toEqual({ value: 'postgres://me:****@db:5432/book?****', origin: 'environment' });
    expect(byPath['api.token']).toEqual({ value: '****', origin: 'environment' });
    expect(byPath['api.port']).toEqual({ value: 8080, origin: 'default' });
    expect(JSON.stringify(shown)).not.toMatch(/hunter/);
  });
});

describe('what travels in headers', () => {
  it.each(['OPENAI_API_KEY', 'LONGHAUL_API_TOKEN'])(
    '%s: blanks around it are no part of it, a line feed within is an error that does not show it',
    (name) => {
      const { settings } = loadSettings({ env: { [name]: ' sk-canary-0123456789abcdef\n' }, cwd });
      expect([settings.llm.openaiApiKey, settings.api.token]).toContain('sk-canary-0123456789abcdef');
      const error = errorOf(() => loadSettings({ env: { [name]: 'sk-canary-0123\n456789abcdef' }, cwd }));
      expect(error.message).toContain(
        `${name} (environment) gives ****; expected visible ASCII characters without blanks.`,
      );
    },
  );
});

it('a token with a colon is no connection string: all of it is hidden', () => {
  const shown = effectiveSettings(loadSettings({ env: { LONGHAUL_API_TOKEN: 'user:sk-canary-0123456789' }, cwd }));
  expect(JSON.stringify(shown)).not.toContain('canary');
});

describe('credentials of agents name a variable', () => {
  const given = (authorization: string) =>
    JSON.stringify([{ name: 'shop', host: 'agents.example.org', authorization }]);
  const load = (text: string) => () => loadSettings({ env: { LONGHAUL_RUNNERS_CREDENTIALS: text }, cwd });

  test('with a scheme or without', () => {
    for (const authorization of ['Bearer ${SHOP_TOKEN}', '${SHOP_TOKEN}'])
      expect(load(given(authorization))().settings.runners.credentials).toMatchObject([{ authorization }]);
  });

  test.each([
    ['a value in its place', given('Bearer a-token-that-nobody-may-see')],
    ['a value beside it', given('Bearer ${SHOP_TOKEN}a-token-that-nobody-may-see')],
    ['a value in what is no JSON', `[{ "authorization": "Bearer a-token-that-nobody-may-see" `],
  ])('%s is refused, and not told', (_, text) => {
    const error = errorOf(load(text));
    expect(error.code).toBe('InvalidConfiguration');
    expect(error.message + JSON.stringify(error.problems)).not.toContain('nobody-may-see');
    expect(error.message).toContain('runners.credentials');
  });
});
