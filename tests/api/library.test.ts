import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import {
  Agent,
  ApiProblem,
  CostConfig,
  EngineConfig,
  LonghaulClient,
  Monitor,
  MonitorConfig,
  OrchestrationEngine,
  RateLimitConfig,
  RetryPolicy,
  Workflow,
  type EngineConfigOptions,
} from '../../src/client';
import { TOKEN } from '../support/api';
import { until } from '../support/until';
import { startWorkingApi, type WorkingApi } from '../support/working-api';

/** Limits as an installation has them by default, so that a program may count on them. */
const LIMITS = { LONGHAUL_REQUESTS_PER_MINUTE: '600', LONGHAUL_CONCURRENT_REQUESTS: '10' };

let under: WorkingApi;
let client: LonghaulClient;
const engines: OrchestrationEngine[] = [];
beforeAll(async () => {
  under = await startWorkingApi(LIMITS);
  client = new LonghaulClient({ url: under.url, token: TOKEN });
});
afterAll(async () => {
  await Promise.all(engines.map((engine) => engine.shutdown()));
  await under.close();
});

function engineWith(options: EngineConfigOptions = {}): OrchestrationEngine {
  const engine = new OrchestrationEngine(client, new EngineConfig(options));
  engines.push(engine);
  return engine;
}

/** Passes everything on, but keeps the first answer of each kind to itself and hangs up. */
async function losingFirstAnswers(target: string) {
  const lost: string[] = [];
  const passOn = async (request: IncomingMessage, response: ServerResponse) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const answer = await fetch(`${target}${request.url}`, {
      method: request.method,
      headers: Object.entries(request.headers).filter((entry): entry is [string, string] =>
        ['authorization', 'content-type', 'idempotency-key'].includes(entry[0]),
      ),
      body: chunks.length > 0 ? Buffer.concat(chunks) : undefined,
    });
    const text = await answer.text();
    const kind = `${request.method} ${request.url?.split('/').slice(0, 2).join('/')}`;
    if (lost.some((known) => known.startsWith(kind))) return void response.writeHead(answer.status).end(text);
    lost.push(`${request.method} ${request.url}`);
    response.destroy();
  };
  const server = createServer((request, response) => void passOn(request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}`, lost: () => lost, close: async () => void server.close() };
}

const agent = (name: string, more: Partial<ConstructorParameters<typeof Agent>[0]> = {}) =>
  new Agent({
    name,
    module: 'Finance',
    description: 'Analyze data',
    llmConfig: { model: 'scripted-echo', maxTokens: 60 },
    promptTemplate: `Agent: ${name}\nAnalyze.`,
    ...more,
  });
const slow = (name: string, delayMs: number) =>
  agent(name, { promptTemplate: `Agent: ${name}\n[[delay: ${delayMs}]]` });

test('the complete example of the original', async () => {
  const engine = engineWith({
    rateLimitConfig: new RateLimitConfig({ requestsPerMinute: 600 }),
    costConfig: new CostConfig(),
    monitorConfig: new MonitorConfig(),
    defaultRetryPolicy: new RetryPolicy({ maxRetries: 3 }),
  });
  const analyzer = new Agent({
    name: 'analyzer',
    module: 'Finance',
    description: 'Analyze data',
    llmConfig: { model: 'scripted-echo' },
    promptTemplate: 'Agent: analyzer\nAnalyze...',
  });
  const workflow = new Workflow({ name: 'analysis', description: 'Data analysis', agents: [analyzer], costBudget: 5 });

  const workflowId = await engine.registerWorkflow(workflow);
  const result = await engine.executeWorkflow(workflowId);

  expect(result.status).toBe('completed');
  expect(result.totalCost).toBeGreaterThan(0);
  const { result: answer } = result.getAgentByName('analyzer')!;
  expect(answer).toMatchObject({ agentId: 'analyzer', status: 'completed', error: null, retryCount: 0 });
  expect(answer!.isSuccess()).toBe(true);
  expect(typeof answer!.output!['content']).toBe('string');
  expect(answer!.tokensUsed).toBe(result.totalTokens);
  expect(answer!.cost).toBeCloseTo(result.totalCost);
  expect(answer!.executionTime).toBeGreaterThan(0);
  expect(answer!.startedAt!.getTime()).toBeLessThanOrEqual(answer!.completedAt!.getTime());
  expect(answer!.metadata).toMatchObject({ runId: result.runId, model: 'scripted-echo' });

  const status = await engine.getSystemStatus();
  expect(status.rateLimiting.totalRequests).toBe(1);
  expect(status.monitoring.workflows.completed).toBe(1);
  expect(status.costTracking.totalCost).toBeCloseTo(result.totalCost);
  expect(status.engine).toEqual({ running: true, totalWorkflows: 1 });
});

test('an agent that failed is reported with its retries, to the callback too; the result says why', async () => {
  await under.modelServer.setFaults('500:agent=broken');
  const failed: [string, string, number][] = [];
  const engine = engineWith({
    defaultRetryPolicy: new RetryPolicy({ maxRetries: 1, baseDelay: 0.05, strategy: 'constant_delay' }),
    onFailure: ({ name }, { status, retryCount }) => void failed.push([name, status, retryCount]),
  });
  const agents = [agent('broken'), agent('after', { dependencies: ['broken'] }), agent('fine')];
  const result = await engine.executeWorkflow(await engine.registerWorkflow(new Workflow({ name: 'half', agents })));
  await under.modelServer.setFaults();
  expect(result.status).toBe('partially_completed');
  expect(result.reason).toMatch(/2 of 3 agents did not complete/);
  expect(failed).toEqual([['broken', 'failed', 1]]);
  expect(result.getAgentByName('broken')!.result!.error).toBeTruthy();
  expect(result.getAgentByName('after')!.result).toMatchObject({ status: 'cancelled', retryCount: 0 });
  expect(result.getStatistics()).toMatchObject({ completed: 1, failed: 1, cancelled: 1 });
  const { failureHandling } = await engine.getSystemStatus();
  expect(failureHandling).toMatchObject({ totalRetries: 1, permanentFailures: 1, totalFailures: 2 });
});

test('many workflows at once: all come back in their order, the failed one too', async () => {
  await under.modelServer.setFaults('400:agent=broken');
  const engine = engineWith({ maxConcurrentWorkflows: 2 });
  const ids = [];
  for (const name of ['one', 'broken', 'three'])
    ids.push(await engine.registerWorkflow(new Workflow({ name: `many-${name}`, agents: [agent(name)] })));
  const results = await engine.executeMultipleWorkflows(ids);
  await under.modelServer.setFaults();
  expect(results.map(({ name, status }) => [name, status])).toEqual([
    ['many-one', 'completed'],
    ['many-broken', 'failed'],
    ['many-three', 'completed'],
  ]);
  expect(await engine.getWorkflowStatus(ids[1]!)).toMatchObject({ status: 'failed', failed: 1 });
  expect(await engine.executeMultipleWorkflows([])).toEqual([]);
});

test('a status before, while and after; in another program too; nothing for an unknown id', async () => {
  const engine = engineWith();
  const workflowId = await engine.registerWorkflow(new Workflow({ name: 'watched', agents: [slow('a', 1500)] }));
  expect(workflowId).toBe('watched@1');
  expect(await engine.getWorkflowStatus(workflowId)).toMatchObject({ workflowId, status: 'pending', runId: null });
  const execution = engine.executeWorkflow(workflowId);
  const during = await until(
    () => engine.getWorkflowStatus(workflowId),
    (status) => status?.status === 'running',
  );
  const { runId } = await execution;
  expect(during!.runId).toBe(runId);
  const other = engineWith();
  expect(await other.getWorkflowStatus(runId!)).toMatchObject({ runId, status: 'completed', completed: 1 });
  expect((await other.executeWorkflow(workflowId)).status).toBe('completed');
  expect(await other.getWorkflowStatus('nobody')).toBeNull();
  await expect(other.executeWorkflow('nobody')).rejects.toThrow(ApiProblem);
  await expect(other.executeWorkflow('watched@7')).rejects.toMatchObject({ status: 404 });
});

test('no more executions at once than the configuration says', async () => {
  const engine = engineWith({ maxConcurrentWorkflows: 1 });
  const id = await engine.registerWorkflow(new Workflow({ name: 'serial', agents: [slow('a', 300)] }));
  const runs = await Promise.all([engine.executeWorkflow(id), engine.executeWorkflow(id)]);
  const [first, second] = runs.sort((a, b) => a.startedAt!.getTime() - b.startedAt!.getTime());
  expect(second.startedAt!.getTime()).toBeGreaterThanOrEqual(first.completedAt!.getTime());
});

test('a program that counts on narrower limits than the installation has starts nothing', async () => {
  const engine = engineWith({ rateLimitConfig: new RateLimitConfig({ requestsPerMinute: 5, concurrentRequests: 10 }) });
  const workflow = new Workflow({ name: 'careful', agents: [agent('a')] });
  await expect(engine.registerWorkflow(workflow)).rejects.toThrow(/allows 600 as requestsPerMinute, .* counts on 5/);
  await expect(client.get('/graphs/careful')).rejects.toMatchObject({ status: 404 });
});

test('an answer that is lost on the way is asked for again, and starts no second run', async () => {
  const lossy = await losingFirstAnswers(under.url);
  const engine = new OrchestrationEngine(new LonghaulClient({ url: lossy.url, token: TOKEN }));
  engines.push(engine);
  const id = await engine.registerWorkflow(new Workflow({ name: 'lossy', description: '', agents: [agent('only')] }));
  const done = await engine.executeWorkflow(id);
  expect(done.status).toBe('completed');
  expect(lossy.lost()).toEqual(['POST /graphs', 'POST /runs', expect.stringMatching(/^GET \/runs\//)]);
  const { items } = await client.get<{ items: { name: string }[] }>('/runs', { limit: 100 });
  expect(items.filter(({ name }) => name === 'lossy')).toHaveLength(1);
  await lossy.close();
});

test('shutdown ends the waiting; the run goes on', async () => {
  const engine = engineWith();
  const id = await engine.registerWorkflow(new Workflow({ name: 'long', agents: [slow('a', 2000)] }));
  const execution = engine.executeWorkflow(id);
  const { runId } = (await until(
    () => engine.getWorkflowStatus(id),
    (status) => status?.status === 'running',
  ))!;
  await engine.shutdown();
  await expect(execution).rejects.toThrow(/shut down/);
  await expect(engine.registerWorkflow(new Workflow({ name: 'late', agents: [agent('a')] }))).rejects.toThrow(
    /shut down/,
  );
  expect((await engine.getSystemStatus()).engine.running).toBe(false);
  const ended = await until(
    () => engineWith().getWorkflowStatus(runId!),
    (status) => status?.status === 'completed',
  );
  expect(ended!.completed).toBe(1);
});

describe('the monitor', () => {
  test('metrics and summary agree with each other', async () => {
    const { monitor } = engineWith();
    const [metrics, summary] = [await monitor.getMetrics(), await monitor.getSummary()];
    expect(summary.workflows).toMatchObject({
      started: metrics.workflowsStarted,
      completed: metrics.workflowsCompleted,
    });
    expect(summary.agents.avgExecutionTime).toBe(metrics.avgAgentExecutionTime);
    expect(summary.api.cost).toBe(metrics.totalCost);
    expect(metrics.totalCost).toBeGreaterThan(0);
    expect(metrics.uptimeSeconds).toBeGreaterThan(0);
    expect(summary.workflows.successRate).toBeGreaterThan(0);
  });

  test('events: recorded, found by type behind others, with their subject', async () => {
    const { monitor } = engineWith();
    const [{ workflowId } = { workflowId: null }] = await monitor.getRecentEvents(1, 'agent-completed');
    await monitor.recordEvent('audited', { workflowId: workflowId!, data: { by: 'me' } });
    for (let count = 0; count < 5; count++) await monitor.recordEvent('noise');
    expect(await monitor.getRecentEvents(1, 'audited')).toEqual([
      { eventType: 'audited', agentId: null, workflowId, at: expect.any(Date), data: { by: 'me' } },
    ]);
    expect(await monitor.getRecentEvents(5)).toHaveLength(5);
  });

  test('without logging nothing is recorded, without metrics no snapshot is kept', async () => {
    const quiet = new Monitor(client, new MonitorConfig({ enableLogging: false, enableMetrics: false }));
    quiet.start();
    await quiet.recordEvent('unheard');
    expect(await quiet.getRecentEvents(10, 'unheard')).toEqual([]);
    const eager = new Monitor(client, new MonitorConfig({ metricsInterval: 0.05 }));
    eager.start();
    await until(
      () => eager.snapshots,
      ({ length }) => length >= 2,
    );
    eager.stop();
    expect(quiet.snapshots).toEqual([]);
    expect(eager.missedSnapshots).toBe(0);
  });
});

describe('the package', () => {
  const root = resolve(__dirname, '../..');
  const run = promisify(execFile);

  test('exports this library, compiled', async () => {
    const script = `const { OrchestrationEngine, Agent, Workflow } = require('longhaul'); console.log([OrchestrationEngine, Agent, Workflow].map(({ name }) => name).join());`;
    const { stdout } = await run(process.execPath, ['-e', script], { cwd: root });
    expect(stdout.trim()).toBe('OrchestrationEngine,Agent,Workflow');
  });

  test('has types after `npm run build`: a program that depends on it is checked', async () => {
    await run(process.execPath, [join(root, 'scripts/build.cjs')]);
    const [, example] = /```ts\n(.*?)```/s.exec(readFileSync(join(root, 'docs/guides/library.md'), 'utf8'))!;
    const folder = mkdtempSync(join(tmpdir(), 'longhaul-library-'));
    mkdirSync(join(folder, 'node_modules'));
    symlinkSync(root, join(folder, 'node_modules', 'longhaul'));
    writeFileSync(join(folder, 'right.mts'), example!);
    writeFileSync(join(folder, 'wrong.mts'), example!.replace('costBudget: 5', "costBudget: 'five'"));
    const compile = (file: string) =>
      run(process.execPath, [require.resolve('typescript/bin/tsc'), ...STRICT, join(folder, file)], { cwd: folder });
    await compile('right.mts');
    await expect(compile('wrong.mts')).rejects.toMatchObject({ stdout: expect.stringContaining('TS2322') });
    rmSync(folder, { recursive: true });
  });

  const STRICT = [
    ...['--noEmit', '--strict', '--skipLibCheck', '--module', 'nodenext', '--target', 'es2022'],
    ...['--types', 'node', '--typeRoots', join(root, 'node_modules/@types')],
  ];
});
