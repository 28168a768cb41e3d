import { execFile } from 'node:child_process';
import { resolve } from 'node:path';
import { promisify } from 'node:util';
import { AgentRunners } from '../../src/client/agent-runners';
import { DistributedCoordinator } from '../../src/client/distributed-coordinator';
import { ApiClient } from '../../src/client/api-client';
import type { ProblemDetails, RunnerPage, RunnerView, SimulationView } from '../../src/contracts/api.schema';
import { startApi, TOKEN, type ApiUnderTest } from '../support/api';

const HOST = '127.0.0.1:9';
const URL = `http://${HOST}/decide`;

let under: ApiUnderTest;

beforeAll(async () => {
  under = await startApi({
    LONGHAUL_RUNNERS_HTTP_ALLOW: `${HOST},127.0.0.1:10,agents.example.org`,
    LONGHAUL_RUNNERS_CREDENTIALS: JSON.stringify([
      { name: 'shop', host: HOST, authorization: 'Bearer ${SHOP_TOKEN}' },
      { name: 'far', host: 'agents.example.org', authorization: 'Bearer ${FAR_TOKEN}' },
    ]),
    LONGHAUL_RUNNERS_COMMANDS: JSON.stringify([{ name: 'python-seller', command: ['python3', 'seller.py'] }]),
  });
});
afterAll(() => under.close());
beforeEach(() => under.deps.pool.query('DELETE FROM runner'));

const endpoint = (id: string, more: object = {}) => ({ id, kind: 'endpoint', url: URL, ...more });
const register = (body: object) => under.api.post('/agents/register').send(body);
const listed = async () => ((await under.api.get('/agents/list').expect(200)).body as RunnerPage).items;
const start = (agent: object) =>
  under.api.post('/simulations').send({ ticks: 1, agents: [{ id: 'seller', ...agent }] });
const problem = ({ body }: { body: object }) => body as ProblemDetails;

test('a runner registers itself, renews what it said, is listed, and is removed', async () => {
  const first = (await register(endpoint('a', { capabilities: { framework: 'own' }, ttlSeconds: 60 })).expect(201))
    .body as RunnerView;
  expect(first).toMatchObject({ kind: 'endpoint', address: URL, capabilities: { framework: 'own' }, gone: false });
  expect(Date.parse(first.goneAt!) - Date.parse(first.seenAt)).toBe(60_000);
  await register(endpoint('a', { capabilities: { framework: 'langchain' } })).expect(200);
  await register({ id: 'p', kind: 'process', command: 'python-seller' }).expect(201);
  await register({ id: 'w', kind: 'worker', taskQueue: 'far' }).expect(201);
  expect(await listed()).toMatchObject([
    { id: 'a', capabilities: { framework: 'langchain' }, goneAt: null },
    { id: 'p', kind: 'process', address: 'python-seller' },
    { id: 'w', kind: 'worker', address: 'far' },
  ]);
  await under.api.post('/agents/a/delete').expect(200);
  await under.api.post('/agents/a/delete').expect(404);
  expect((await listed()).map(({ id }) => id)).toEqual(['p', 'w']);
});

test('no request names a program or a host that the operator did not name', async () => {
  const command = problem(await register({ id: 'x', kind: 'process', command: 'sh' }).expect(422));
  expect(command).toMatchObject({
    code: 'UnknownCommand',
    detail: expect.stringContaining('Known: python-seller') as string,
  });
  await register({ id: 'x', kind: 'process', command: '/bin/sh -c id' }).expect(422);
  const inside = problem(await register(endpoint('x', { url: 'http://169.254.169.254/latest?token=t' })).expect(422));
  expect(inside).toMatchObject({
    code: 'RefusedAddress',
    detail: expect.stringContaining('not among the allowed hosts') as string,
  });
  expect(inside.detail).not.toContain('token');
  await register(endpoint('x', { url: 'file:///etc/passwd' })).expect(422);
  await register(endpoint('x', { url: `http://user:word@${HOST}/` })).expect(422);
  expect(problem(await start({ kind: 'process', command: 'sh' }).expect(422)).code).toBe('UnknownCommand');
  expect(problem(await start({ kind: 'http', url: 'http://127.0.0.1:8080/' }).expect(422)).code).toBe('RefusedAddress');
  expect(await listed()).toEqual([]);
});

test('a credential is known by its name, and goes to its own host alone', async () => {
  const refused = async (agent: object) => problem(await start({ kind: 'http', ...agent }).expect(422));
  expect(await refused({ url: URL, credential: 'other' })).toMatchObject({
    code: 'UnknownCredential',
    detail: expect.stringContaining('Known: shop, far.') as string,
  });
  expect(await refused({ url: 'http://127.0.0.1:10/', credential: 'shop' })).toMatchObject({
    code: 'RefusedAddress',
    detail: expect.stringContaining(`"shop" is for ${HOST} only`) as string,
  });
  expect((await refused({ url: 'http://agents.example.org/', credential: 'far' })).detail).toContain('https only');
  expect(problem(await register(endpoint('x', { credential: 'far' })).expect(422)).code).toBe('RefusedAddress');
  await register(endpoint('x', { credential: 'shop' })).expect(201);
  await register(endpoint('x')).expect(200);
  expect(await listed()).toMatchObject([{ id: 'x', credential: null }]);
});

test('a run pins its runners when it starts; agents that want the same take turns', async () => {
  for (const id of ['b', 'a'])
    await register(endpoint(id, { capabilities: { framework: 'own', seats: 4 } })).expect(201);
  await register({ id: 'c', kind: 'worker', taskQueue: 'far', capabilities: { framework: 'own', seats: 4 } });
  const wanted = { kind: 'runner', capabilities: { framework: 'own', seats: 2 } };
  const agents = ['north', 'south', 'west'].map((id) => ({ id, ...wanted }));
  const { body } = await under.api.post('/simulations').send({ ticks: 1, agents }).expect(201);
  const { runId } = body as { runId: string };
  const { agents: pinned } = (await under.api.get(`/simulations/${runId}`).expect(200)).body as SimulationView;
  expect(pinned).toMatchObject([{ runner: 'a' }, { runner: 'b' }, { runner: 'a' }]);
});

test('what is missing is named, with what there is and what to do', async () => {
  await register(endpoint('own-1', { capabilities: { framework: 'own' } })).expect(201);
  await register({ id: 'far', kind: 'worker', taskQueue: 'far' }).expect(201);
  const framework = problem(await start({ kind: 'runner', capabilities: { framework: 'langchain' } }).expect(422));
  expect(framework.code).toBe('RunnerMissing');
  expect(framework.detail).toMatch(
    /"seller": no runner that decides offers framework langchain\. Registered: far \(no capabilities\); own-1 \(framework own\)\. Register one/,
  );
  expect(problem(await start({ kind: 'runner', runner: 'gone' }).expect(422)).detail).toContain(
    'no runner is called "gone"',
  );
  const unfit = async (agent: object) => problem(await start({ kind: 'runner', ...agent }).expect(422));
  expect(await unfit({ runner: 'far' })).toMatchObject({
    code: 'RunnerUnfit',
    detail: expect.stringContaining('is a worker') as string,
  });
  expect((await unfit({ runner: 'own-1', capabilities: { gpu: true } })).detail).toContain(
    'offers framework own, not gpu true',
  );
  await under.deps.pool.query(`UPDATE runner SET gone_at = now() - interval '1 minute' WHERE id = 'own-1'`);
  expect((await unfit({ runner: 'own-1' })).detail).toMatch(/was to register again by .* and did not/);
  expect((await unfit({ capabilities: { framework: 'own' } })).detail).toContain('own-1 (gone; framework own)');
});

test('a tenant has so many runners at most, and is told how to make room', async () => {
  const few = await under.variant((deps) => {
    const { runners, ...settings } = deps.settings;
    return { ...deps, settings: { ...settings, runners: { ...runners, registeredMax: 1 } } };
  });
  await few.api.post('/agents/register').send(endpoint('one')).expect(201);
  const full = problem(await few.api.post('/agents/register').send(endpoint('two')).expect(409));
  expect(full).toMatchObject({
    code: 'TooManyRunners',
    detail: expect.stringMatching(/"two" is not registered: there are 1 already.*longhaul agents delete/) as string,
  });
  await few.api.post('/agents/one/delete').expect(200);
  await few.api.post('/agents/register').send(endpoint('two')).expect(201);
});

test('no tenant finds a runner of another', async () => {
  const rival = await under.variant((deps) => ({ ...deps, settings: { ...deps.settings, tenant: 'rival' } }));
  await rival.api
    .post('/agents/register')
    .send(endpoint('theirs', { capabilities: { framework: 'own' } }))
    .expect(201);
  expect(await listed()).toEqual([]);
  await under.api.post('/agents/theirs/delete').expect(404);
  expect(problem(await start({ kind: 'runner', runner: 'theirs' }).expect(422)).detail).not.toContain('framework own');
});

test('the library registers, lists and removes', async () => {
  const client = new ApiClient({ url: under.url, token: TOKEN });
  const runners = new AgentRunners(client);
  await runners.registerAgentRunner(
    'lib-1',
    { framework: 'own', worlds: ['marketplace'] },
    { kind: 'endpoint', url: URL },
    { ttlSeconds: 30 },
  );
  await runners.registerAgentRunner('lib-2', {}, { kind: 'worker', taskQueue: 'far' });
  await runners.registerAgentRunner('lib-3', {}, { kind: 'process', command: 'python-seller' });
  await new DistributedCoordinator(client).registerAgentRunner('lib-4', {}, { kind: 'worker', taskQueue: 'far' });
  const kinds = (await runners.listAgentRunners()).map(({ id, kind }) => [id, kind]);
  expect(kinds).toEqual([
    ['lib-1', 'endpoint'],
    ['lib-2', 'worker'],
    ['lib-3', 'process'],
    ['lib-4', 'worker'],
  ]);
  await runners.removeAgentRunner('lib-2');
  expect(await runners.listAgentRunners()).toHaveLength(3);
});

test('the command line does the same', async () => {
  const longhaul = async (...args: string[]) => {
    const env = { PATH: process.env['PATH'], LONGHAUL_API_TOKEN: TOKEN, LONGHAUL_API_URL: under.url };
    const program = [resolve(__dirname, '../../dist/cli/main.js'), 'agents', ...args];
    return (await promisify(execFile)(process.execPath, program, { env, cwd: under.deps.settings.payloads.dir }))
      .stdout;
  };
  const worlds = 'worlds=["marketplace","wrestling"]';
  const offers = ['--capability', 'seats=4', '--capability', worlds, '--ttl', '60', '--credential', 'shop'];
  expect(await longhaul('register', 'cli-1', '--url', URL, ...offers)).toContain(
    `cli-1 is registered: endpoint ${URL}.`,
  );
  const capabilities = { seats: 4, worlds: ['marketplace', 'wrestling'] };
  expect(await listed()).toMatchObject([{ capabilities, credential: 'shop' }]);
  expect(await longhaul('list')).toMatch(/cli-1 +│? *endpoint.*seats 4, worlds marketplace\+wrestling/);
  expect(await longhaul('delete', 'cli-1')).toContain('cli-1 is removed.');
  await expect(longhaul('register', 'x', '--url', URL, '--command', 'sh')).rejects.toThrow(/exactly one of --url/);
  for (const place of [
    ['--command', 'python-seller'],
    ['--task-queue', 'far'],
  ]) {
    const refused = longhaul('register', 'x', ...place, '--credential', 'shop');
    await expect(refused).rejects.toThrow(
      /--credential: Only an endpoint is sent a credential\. Expected it with --url/,
    );
  }
});
