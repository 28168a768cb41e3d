import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { Redis } from 'ioredis';
import { connectTemporal } from '../../src/adapters/temporal';
import type { RunView } from '../../src/contracts/api.schema';
import { startProduct, type Product } from '../support/product';
import { startProgram } from '../support/programs';
import { until } from '../support/until';

jest.setTimeout(240_000);

const KEY = 'sk-canary-4f1d9e7b2a6c4d0f8e3b';
const WRONG = 'canary-password-77aa11cc';

/** Quotes the key in every kind of answer that a provider or a proxy before it may give. */
function talkative(req: IncomingMessage, res: ServerResponse): void {
  let body = '';
  req.on('data', (chunk: Buffer) => (body += chunk.toString()));
  req.on('end', () => {
    const { model = '' } = JSON.parse(body || '{}') as { model?: string };
    const quoted = `Incorrect API key provided: ${KEY}. Authorization: ${String(req.headers.authorization)}`;
    const error = JSON.stringify({
      error: { message: quoted, type: 'invalid_request_error', code: 'invalid_api_key' },
    });
    const json = (status: number, text: string) =>
      res.writeHead(status, { 'content-type': 'application/json', 'x-request-id': 'req-1' }).end(text);
    switch (model) {
      case 'gpt-4o':
        return json(401, error);
      case 'gpt-4o-mini':
        return json(500, error);
      case 'gpt-4.1':
        return json(502, `<html>upstream said ${quoted}</html>`);
      case 'gpt-4.1-mini':
        return void res.writeHead(200, { 'content-type': 'text/event-stream' }).end(`data: ${error}\n\n`);
      case 'gpt-4.1-nano':
        return void res.writeHead(200, { 'content-type': 'text/event-stream' }).end(`data: {"broken ${quoted}\n\n`);
      default:
        return void res.writeHead(200, { 'content-type': 'text/event-stream' }).end(
          [
            {
              id: 'a',
              model: `gpt-5-mini ${KEY}`,
              choices: [{ index: 0, delta: { content: 'done' }, finish_reason: 'stop' }],
            },
            { id: 'a', model: 'gpt-5-mini', choices: [], usage: { prompt_tokens: 5, completion_tokens: 1 } },
          ]
            .map((chunk) => `data: ${JSON.stringify(chunk)}\n\n`)
            .concat('data: [DONE]\n\n')
            .join(''),
        );
    }
  });
}

const MODELS = ['gpt-4o', 'gpt-4o-mini', 'gpt-4.1', 'gpt-4.1-mini', 'gpt-4.1-nano', 'gpt-5-mini'];

let provider: Server;
let priceFolder: string;
let product: Product;
let secrets: string[];
const heard: string[] = []; // every error answer of the API
beforeAll(async () => {
  provider = createServer(talkative);
  await new Promise<void>((listening) => provider.listen(0, '127.0.0.1', listening));
  const baseUrl = `http://127.0.0.1:${(provider.address() as AddressInfo).port}/v1`;
  priceFolder = mkdtempSync(join(tmpdir(), 'longhaul-prices-'));
  const priceFile = join(priceFolder, 'prices.yaml'); // a compatible server has no built-in prices
  writeFileSync(priceFile, `models:\n${MODELS.map((model) => `  "${model}": { input: 1, output: 1 }\n`).join('')}`);
  product = await startProduct({
    OPENAI_API_KEY: KEY,
    OPENAI_BASE_URL: baseUrl,
    LONGHAUL_PRICE_FILE: priceFile,
    LONGHAUL_LOG_LEVEL: 'debug',
  });
  const { state } = product.stack;
  secrets = [KEY, WRONG, state.token, passwordOf(state.services.postgres!.url), passwordOf(state.services.redis!.url)];
});
afterAll(async () => {
  await product.close();
  provider.close();
  rmSync(priceFolder, { recursive: true });
});

function passwordOf(url: string): string {
  return decodeURIComponent(new URL(url).password);
}

/** What is left of a text when it holds a secret: where it was found, never the secret itself. */
function leaks(places: Iterable<[place: string, text: string]>): string[] {
  return [...places].flatMap(([place, text]) =>
    secrets.flatMap((secret, index) => {
      const at = text.indexOf(secret);
      return at < 0 ? [] : [`${place}: secret ${index} after "${text.slice(Math.max(0, at - 80), at)}"`];
    }),
  );
}

async function ask(path: string, init: RequestInit = {}): Promise<number> {
  const response = await fetch(`${product.stack.state.api!.url}${path}`, {
    ...init,
    signal: AbortSignal.timeout(30_000),
  });
  heard.push(`${JSON.stringify([...response.headers])} ${await response.text()}`);
  return response.status;
}

function filesBelow(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    return entry.isDirectory() ? filesBelow(path) : entry.isFile() ? [path] : [];
  });
}

/** Files that must hold secrets, and are closed to others for it. */
const KEPT_SECRET = new Set(['credentials.json', 'state.json', 'redis.conf']);

function* filesOfStack(): Generator<[string, string]> {
  const folder = join(product.stack.state.payloadDir, '..');
  for (const file of filesBelow(folder)) {
    if (KEPT_SECRET.has(basename(file))) continue;
    yield [file.slice(folder.length), textOf(readFileSync(file))];
  }
}

function textOf(bytes: Buffer): string {
  const raw = bytes[0] === 0x1f && bytes[1] === 0x8b ? gunzipSync(bytes) : bytes;
  return raw.toString('latin1');
}

async function* tablesOfDatabase(): AsyncGenerator<[string, string]> {
  const tables = await product.pool.query<{ name: string }>(
    `SELECT relname AS name FROM pg_class WHERE relkind IN ('r', 'v') AND relnamespace = 'public'::regnamespace`,
  );
  for (const { name } of tables.rows) {
    const { rows } = await product.pool.query<{ text: string }>(
      `SELECT coalesce(string_agg(t::text, E'\\n'), '') AS text FROM "${name}" t`,
    );
    yield [`table ${name}`, rows[0]!.text];
  }
  yield* smallPayloads();
}

/** As a table's text they are hexadecimal. */
async function* smallPayloads(): AsyncGenerator<[string, string]> {
  const { rows } = await product.pool.query<{ name: string; content: Buffer }>(
    `SELECT encode(sha256, 'hex') AS name, content FROM payload`,
  );
  for (const { name, content } of rows) yield [`payload ${name}`, textOf(content)];
}

/** Payloads of a history are base64 in its JSON: both forms are looked at. */
async function* histories(runs: RunView[]): AsyncGenerator<[string, string]> {
  const { address, namespace } = product.stack.state.services.temporal!;
  const temporal = await connectTemporal({ address, namespace });
  for (const { workflowId } of runs) {
    const text = JSON.stringify(await temporal.client.workflow.getHandle(workflowId).fetchHistory());
    const decoded = [...text.matchAll(/"data":"([\w+/=]+)"/g)].map((match) =>
      Buffer.from(match[1]!, 'base64').toString('utf8'),
    );
    yield [`history of ${workflowId}`, `${text}\n${decoded.join('\n')}`];
  }
  await temporal.close();
}

async function redisDump(): Promise<[string, string]> {
  const redis = new Redis(product.stack.state.services.redis!.url);
  const dumps: string[] = [];
  for (const key of await redis.keys('*')) dumps.push(key, (await redis.dumpBuffer(key))?.toString('latin1') ?? '');
  redis.disconnect();
  return ['Redis', dumps.join('\n')];
}

async function gather<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}

test('no secret leaves its place, whatever fails', async () => {
  const { token } = product.stack.state;
  // ── a provider that quotes the key in its errors, and in an answer ──
  const agents = MODELS.map((model) => ({
    name: `agent-${model.replace('.', '_')}`,
    maxRetries: 1,
    retryPolicy: { strategy: 'immediate' },
    timeoutSeconds: 20,
    llmConfig: { model, maxTokens: 10 },
    promptTemplate: 'hello',
  }));
  const runId = await product.start({
    name: 'canary',
    allowPartialCompletion: true,
    costBudgetUsd: 100,
    agents,
  } as never);
  const run = await product.ended(runId);
  expect(run.agents.find(({ name }) => name === 'agent-gpt-5-mini')).toMatchObject({
    status: 'completed',
    reason: null,
  });
  expect(run.agents.find(({ name }) => name === 'agent-gpt-4o')).toMatchObject({
    status: 'failed',
    reason: expect.stringContaining('[redacted]') as string,
  });

  // ── the token in wrong places of requests ──
  const authorization = `Bearer ${token}`;
  const answers = [
    await ask(`/runs?token=${token}`),
    await ask('/runs', { headers: { authorization: `Basic ${token}` } }),
    await ask('/runs', { headers: { authorization: `Bearer ${token}x` } }),
    await ask('/runs', { method: 'HEAD' }),
    await ask('/runs', { headers: { authorization }, method: 'POST', body: '{' }),
    await ask('/graphs', {
      headers: { authorization, 'content-type': 'application/json' },
      method: 'POST',
      body: '{"name": 5}',
    }),
    await ask('/health', { headers: { authorization } }),
    await ask('/system/status', { headers: { authorization } }),
  ];
  expect(answers.slice(0, 4)).toEqual([401, 401, 401, 401]);

  // ── services that refuse the password ──
  const { services } = product.stack.state;
  const environment = (changed: NodeJS.ProcessEnv) => ({
    ...process.env,
    TEMPORAL_ADDRESS: services.temporal!.address,
    DATABASE_URL: services.postgres!.url,
    REDIS_URL: services.redis!.url,
    LONGHAUL_MODEL_SERVER_URL: services.modelServer!.url,
    LONGHAUL_PAYLOAD_DIR: product.stack.state.payloadDir,
    LONGHAUL_API_TOKEN: token,
    LONGHAUL_API_PORT: '0',
    OPENAI_API_KEY: KEY,
    LONGHAUL_LOG_LEVEL: 'debug',
    ...changed,
  });
  const wrong = (url: string) => Object.assign(new URL(url), { password: WRONG }).href;
  const logs: [string, string][] = [];
  for (const [place, path, args, changed] of [
    [
      'worker with a wrong Redis password',
      'worker/main.js',
      ['--role', 'io'],
      { REDIS_URL: wrong(services.redis!.url) },
    ],
    ['API with a wrong Redis password', 'api/main.js', [], { REDIS_URL: wrong(services.redis!.url) }],
  ] as const) {
    const program = await startProgram(path, args, environment(changed));
    await until(
      () => program.log(),
      (log) => /WRONGPASS|NOAUTH/.test(log) || path === 'api/main.js',
    );
    await program.stop();
    logs.push([place, program.log()]);
  }
  for (const changed of [
    { DATABASE_URL: wrong(services.postgres!.url) },
    { DATABASE_URL: `postgres://u:${WRONG}@127.0.0.1:1/x` },
    { OPENAI_API_KEY: `${KEY}\nsecond line` },
  ]) {
    const failed = await startProgram('worker/main.js', ['--role', 'llm'], environment(changed)).then(
      async (program) => (await program.stop(), program.log()),
      (error: Error) => error.message,
    );
    logs.push([`worker with ${Object.keys(changed)[0]} that cannot work`, failed]);
  }

  // ── services that go away under a run ──
  await product.control('faults', { faults: [] });
  const second = await product.start({
    name: 'canary_outage',
    agents: [{ name: 'slow', llmConfig: { model: 'scripted-echo', maxTokens: 20 }, promptTemplate: '[[delay: 1500]]' }],
  } as never);
  product.stack.kill('redis', 'SIGKILL');
  product.stack.kill('postgres', 'SIGINT');
  await ask('/runs', { headers: { authorization } });
  const ended = await product.ended(second);

  // ── what people are shown ──
  // Not execFileSync: while this process stands still, the API closes connections that are idle, and nobody hears of it.
  const cli = async (...args: string[]) => {
    const program = [resolve(__dirname, '../../dist/cli/main.js'), ...args];
    const cwd = join(product.stack.state.payloadDir, '../..');
    return (await promisify(execFile)(process.execPath, program, { env: environment({}), cwd })).stdout;
  };
  logs.push(['config show', await cli('config', 'show')], ['runs show', await cli('runs', 'show', runId)]);
  for (const path of [
    `/runs/${runId}`,
    `/runs/${runId}/result`,
    `/runs/${runId}/events`,
    `/runs/${runId}/attempts`,
    '/openapi.json',
  ])
    await ask(path, { headers: { authorization } });

  const found = leaks([
    ...filesOfStack(),
    ...(await gather(tablesOfDatabase())),
    ...(await gather(histories([run, ended]))),
    await redisDump(),
    ...logs,
    ...heard.map((text, index): [string, string] => [`answer ${index}`, text]),
  ]);
  expect(found).toEqual([]);
});

test('what holds secrets is closed to other users', () => {
  const folder = join(product.stack.state.payloadDir, '..');
  const open = filesBelow(folder).filter(
    (file) => KEPT_SECRET.has(basename(file)) && (statSync(file).mode & 0o077) !== 0,
  );
  expect(open).toEqual([]);
});

test('what the services store is closed to other users, too', () => {
  const folder = join(product.stack.state.payloadDir, '..');
  const open = ['redis', 'temporal', 'postgres', 'payloads'].filter(
    (name) => (statSync(join(folder, name)).mode & 0o077) !== 0,
  );
  expect(open).toEqual([]);
});
