import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { until } from '../support/until';
import { longhaulIn, onlyLine } from './longhaul';
import { makeFolder, removeFolder } from './stack-folder';

const dir = makeFolder();
const { run, start, json } = longhaulIn(dir);
afterAll(() => removeFolder(dir));

describe('wrong usage ends with 2 before anything is asked or started', () => {
  it.each([
    [['frobnicate'], 'unknown command'],
    [['runs', 'show'], 'See `longhaul runs show --help`.'],
    [['runs', 'list', '--limit', '1e3'], 'whole number from 1 to 200'],
    [['up', '--api-port', '70000'], 'whole number from 1 to 65535'],
    [['run', 'g.yaml', '--budget', 'NaN'], 'US dollars above 0'],
    [['artifacts', 'search'], "required option '--session <id>' not specified"],
    [['demo', '--model', 'gpt-4.1-mini'], '--model needs --provider openai'],
    [['demo', '--provider', 'openai'], '--provider openai needs OPENAI_API_KEY'],
    [
      ['ledger', 'reconcile', '--log', 'x', '--complete-until', '2026-01-30', '--api-url', 'http://127.0.0.1:9'],
      'needs --provider',
    ],
  ])('%j', async (args, complaint) => {
    const answer = await run(...args);
    expect(answer).toMatchObject({ code: 2, stdout: '', stderr: expect.stringContaining(complaint) });
  });

  it('tells programs in JSON', async () => {
    const answer = await run('runs', 'list', '--status', 'asleep', '--json');
    expect(answer.code).toBe(2);
    expect(onlyLine(answer)).toMatchObject({ error: { message: expect.stringContaining('asleep'), problems: [] } });
  });

  it('help that was asked for is none', async () => {
    expect(await run('help', 'run')).toMatchObject({
      code: 0,
      stderr: '',
      stdout: expect.stringContaining('--budget <usd>'),
    });
  });
});

describe('an API that does not answer ends with 3', () => {
  it('when none is known', async () => {
    const answer = await run('runs', 'list', '--json');
    expect(answer.code).toBe(3);
    expect(onlyLine(answer)).toMatchObject({
      error: { code: 'ApiUnreachable', message: expect.stringContaining('longhaul up') },
    });
  });

  it('when nobody listens, at once, also for watch', async () => {
    const answer = await run(
      'runs',
      'watch',
      '01890000-0000-7000-8000-000000000000',
      '--api-url',
      'http://localhost:9',
    );
    expect(answer).toMatchObject({ code: 3, stdout: '', stderr: expect.stringContaining('http://localhost:9') });
    expect(answer.stderr).toContain('longhaul doctor');
  });
});

describe('something else that answers', () => {
  let stranger: Server;
  let url: string;
  const seen: (string | undefined)[] = [];
  beforeAll(async () => {
    stranger = createServer((request, response) => {
      seen.push(request.headers.authorization);
      response.setHeader('content-type', 'text/html').end('<h1>Welcome</h1>');
    });
    await new Promise<void>((resolve) => stranger.listen(0, '127.0.0.1', resolve));
    url = `http://127.0.0.1:${(stranger.address() as AddressInfo).port}/`;
  });
  afterAll(() => stranger.close());

  it('is told from the API, and gets the token that was set for it', async () => {
    const answer = await longhaulIn(dir, { LONGHAUL_API_URL: url, LONGHAUL_API_TOKEN: 'sixteen-characters' }).run(
      'runs',
      'list',
      '--json',
    );
    expect(answer.code).toBe(1);
    expect(onlyLine(answer)).toMatchObject({
      error: { code: 'UnexpectedAnswer', message: expect.stringContaining('<h1>Welcome') },
    });
    expect(seen).toEqual(['Bearer sixteen-characters']);
  });

  it('does not see inputs that are no mapping, or a graph that is not there', async () => {
    writeFileSync(join(dir, 'list.yaml'), '- 1\n- 2\n');
    const before = seen.length;
    const list = await run('run', 'examples/graphs/data-passing.yaml', '--inputs', 'list.yaml', '--api-url', url);
    expect(list).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('list.yaml cannot be used: it holds a list'),
    });
    const missing = await run('run', 'missing.yaml', '--api-url', url);
    expect(missing).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('missing.yaml cannot be used: there is no such file'),
    });
    expect(seen).toHaveLength(before);
  });
});

describe('config show', () => {
  it('tells where each value comes from, and masks secrets', async () => {
    const inFolder = join(dir, 'configured');
    mkdirSync(inFolder);
    writeFileSync(join(inFolder, 'longhaul.yaml'), 'api:\n  port: 9090\n');
    const secret = 'sk-very-secret-key-4711';
    const { json: show } = longhaulIn(inFolder, {
      OPENAI_API_KEY: secret,
      DATABASE_URL: 'postgres://me:geheim@db/longhaul',
    });
    const settings = (await show('config', 'show')) as { path: string; value: unknown; origin: string }[];
    expect(settings).toContainEqual(
      expect.objectContaining({ path: 'api.port', value: 9090, origin: 'longhaul.yaml' }),
    );
    expect(settings).toContainEqual(expect.objectContaining({ path: 'llm.openaiApiKey', origin: 'environment' }));
    expect(JSON.stringify(settings)).not.toContain(secret);
    expect(JSON.stringify(settings)).not.toContain('geheim');
  });

  it('names every wrong setting', async () => {
    const answer = await longhaulIn(dir, { LONGHAUL_API_PORT: 'x', LONGHAUL_LOG_LEVEL: 'loud' }).run(
      'config',
      'show',
      '--json',
    );
    expect(answer.code).toBe(1);
    const { error } = onlyLine(answer) as { error: { problems: { path: string }[] } };
    expect(error.problems.map(({ path }) => path).sort()).toEqual(['api.port', 'log.level']);
  });
});

it('doctor says what up would take, and that nothing runs', async () => {
  const findings = (await json('doctor')) as { name: string; detail: string }[];
  expect(findings).toContainEqual(
    expect.objectContaining({ name: 'stack', detail: expect.stringContaining('not running') }),
  );
});

describe('a program in the foreground', () => {
  it('says with --json that it serves, and drains on one Ctrl-C that arrives twice', async () => {
    const server = start(
      'model-server',
      '--json',
      '--port',
      '0',
      '--log',
      join(dir, 'book.jsonl'),
      '--latency',
      'fixed:300',
    );
    await until(server.stdout, (text) => text.endsWith('\n'));
    const { url } = onlyLine({ stdout: server.stdout(), stderr: server.stderr() }) as { url: string };
    const asked = fetch(`${url}/chat/completions`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: 'Bearer any' },
      body: JSON.stringify({ model: 'scripted-echo', messages: [{ role: 'user', content: '[[answer: drained]]' }] }),
    });
    await until(
      async () => (await (await fetch(`${new URL(url).origin}/control/state`)).json()) as { inFlight: number },
      ({ inFlight }) => inFlight === 1,
    );
    server.process.kill('SIGINT');
    const ended = server.end('SIGINT');
    expect(await (await asked).json()).toMatchObject({ choices: [{ message: { content: 'drained' } }] });
    expect(await ended).toMatchObject({ code: 0 });
  });

  it('hands its exit code and its complaint on', async () => {
    const answer = await run('worker', '--role', 'cook');
    expect(answer).toMatchObject({ code: 1, stderr: expect.stringContaining('--role is cook') });
  });
});
