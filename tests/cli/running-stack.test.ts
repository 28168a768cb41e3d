import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { z } from 'zod';
import {
  artifactPageSchema,
  artifactViewSchema,
  batchViewSchema,
  reconcileReportSchema,
  runCancelledSchema,
  runPageSchema,
  runResultSchema,
  runStartedSchema,
  runViewSchema,
  toolListSchema,
} from '../../src/contracts/api.schema';
import { BUILT_IN_TOOLS } from '../../src/domain/tools/built-in';
import { readState, type StackState } from '../../src/adapters/embedded';
import { isStillAlive } from '../../src/adapters/embedded/process-identity';
import { until } from '../support/until';
import { echoAgent } from '../support/graphs';
import { longhaulIn, onlyLine, type Answer, type Running } from './longhaul';
import { makeFolder, removeFolder } from './stack-folder';

/** Everything in this file is one stack, started by the program itself; the last test stops it. */
const START_MS_MAX = 300_000;
const dir = makeFolder();
const { start, run, json } = longhaulIn(dir);
let up: Running;

beforeAll(async () => {
  up = start('up', '--json');
  const first = await Promise.race([until(up.stdout, (text) => text.endsWith('\n'), START_MS_MAX), up.ended]);
  if (typeof first !== 'string') throw new Error(`up ended: ${first.stderr}`);
}, START_MS_MAX);

afterAll(async () => {
  await up.end('SIGTERM');
  removeFolder(dir);
}, 60_000);

const stack = () => readState(dir)!;
const alive = ({ processes }: StackState) =>
  processes.filter((process) => isStillAlive(process)).map(({ name }) => name);

/** The answer has the shape that the API document promises. */
async function shaped<T extends z.ZodType>(schema: T, ...args: string[]): Promise<z.infer<T>> {
  return schema.parse(await json(...args));
}

function graphFile(name: string, agents: object[], more: object = {}): string {
  writeFileSync(join(dir, name), JSON.stringify({ name: name.replace('.json', ''), agents, ...more }));
  return name;
}

async function control(path: string, body: object): Promise<{ held: number; latency: string }> {
  const { origin } = new URL(stack().services.modelServer!.url);
  const headers = { 'content-type': 'application/json' };
  const response = await fetch(`${origin}/control/${path}`, { method: 'POST', headers, body: JSON.stringify(body) });
  return (await response.json()) as { held: number; latency: string };
}

describe('up', () => {
  it('says in one line of JSON where everything is, and walks the ladders on stderr', () => {
    const told = onlyLine({ stdout: up.stdout(), stderr: '' }) as Record<string, unknown>;
    const { api, services, token } = stack();
    expect(told).toEqual({
      api: api!.url,
      docs: `${api!.url}/docs`,
      temporalUi: services.temporal!.uiUrl,
      token,
      supervisorPid: up.process.pid,
    });
    expect(up.stderr()).toMatch(/^Temporal +✓ /m);
    expect(up.stderr()).toMatch(/^worker-llm +ready after \d+ ms$/m);
  });

  it('refuses a second one in the folder, and leaves the first alone', async () => {
    const second = await run('up', '--json');
    expect(second.code).toBe(1);
    expect(onlyLine(second)).toMatchObject({
      error: { code: 'AlreadyRunning', message: expect.stringContaining(`process ${up.process.pid}`) },
    });
    expect(stack().supervisorPid).toBe(up.process.pid);
  });

  it('is found healthy by doctor', async () => {
    const findings = (await json('doctor')) as { name: string; healthy: boolean; origin: string; detail: string }[];
    expect(findings.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['Temporal', 'PostgreSQL', 'Redis', 'model server', 'API', 'worker llm']),
    );
    for (const finding of findings) expect(finding).toMatchObject({ healthy: true, origin: expect.any(String) });
  });
});

describe('run', () => {
  it('takes JSON, inputs from a file and from options, and a budget', async () => {
    const file = graphFile(
      'inputs.json',
      [
        echoAgent('teller', {
          promptTemplate: 'Agent: teller\n{{ inputs.city }} {{ inputs.count }} {{ inputs.note }}',
        }),
      ],
      { inputs: { city: 'Oslo', count: 1, note: 'none' } },
    );
    writeFileSync(join(dir, 'values.yaml'), 'city: Lisbon\ncount: 2\n');
    const view = await shaped(
      runViewSchema,
      ...['run', file, '--inputs', 'values.yaml', '--input', 'count=3', '--input', 'note=a=b', '--budget', '0.25'],
    );
    expect(view).toMatchObject({
      status: 'completed',
      budget: { limitMicroUsd: 250_000 },
      parameters: { inputs: { city: 'Lisbon', count: 3, note: 'a=b' } },
    });
    const result = await shaped(runResultSchema, 'runs', 'result', view.runId);
    expect(JSON.stringify(result.outputs['teller']!.output)).toContain('Lisbon 3 a=b');
  });

  it('shows every problem of a graph with its path, and starts nothing', async () => {
    const before = await shaped(runPageSchema, 'runs', 'list');
    const file = graphFile('broken.json', [
      { ...echoAgent('a'), priority: 99 },
      echoAgent('b', { dependencies: ['nobody'] }),
    ]);
    const asText = await run('run', file);
    expect(asText).toMatchObject({ code: 1, stdout: '' });
    expect(asText.stderr).toMatch(/^ {2}agents\[0\]\.priority: /m);
    expect(asText.stderr).toMatch(/^ {2}agents\[1\]\.dependencies\[0\]: /m);
    const asJson = await run('run', file, '--json');
    expect(asJson.code).toBe(1);
    const { error } = onlyLine(asJson) as { error: { code: string; problems: { path: string }[] } };
    expect(error.code).toBe('InvalidGraph');
    expect(error.problems.map(({ path }) => path)).toEqual(
      expect.arrayContaining(['agents[0].priority', 'agents[1].dependencies[0]']),
    );
    expect(await shaped(runPageSchema, 'runs', 'list')).toEqual(before);
  });

  it('names the place in YAML that cannot be read', async () => {
    writeFileSync(join(dir, 'torn.yaml'), 'name: torn\nagents: [\n');
    expect(await run('run', 'torn.yaml')).toMatchObject({ code: 1, stderr: expect.stringMatching(/line \d/) });
  });

  it('ends with 1 when the run does not complete, and tells the reason of the agent', async () => {
    const file = graphFile('poor.json', [
      echoAgent('spender', { llmConfig: { model: 'scripted-echo', maxTokens: 4000 } }),
    ]);
    const answer = await run('run', file, '--budget', '0.000001', '--json');
    expect(answer.code).toBe(1);
    expect(runViewSchema.parse(onlyLine(answer))).toMatchObject({
      status: 'failed',
      agents: [{ status: 'budget_exceeded' }],
    });
  });
});

describe('batch', () => {
  it('stores the graph files it names, runs all, and ends with 1 when one did not complete', async () => {
    graphFile('good.json', [echoAgent('a')]);
    graphFile('refused.json', [echoAgent('a', { costLimitUsd: 0.000001 })]);
    const runs = [{ graph: 'good.json' }, { graph: 'refused.json' }, { graph: 'good' }];
    writeFileSync(join(dir, 'batch.json'), JSON.stringify({ name: 'three', maxConcurrentRuns: 2, runs }));
    const answer = await run('batch', 'start', 'batch.json', '--json');
    expect(answer.code).toBe(1);
    const batch = batchViewSchema.parse(onlyLine(answer));
    expect(batch.runs.map(({ name, status }) => [name, status])).toEqual([
      ['good', 'completed'],
      ['refused', 'failed'],
      ['good', 'completed'],
    ]);
    expect(await shaped(batchViewSchema, 'batch', 'show', batch.batchId)).toEqual(batch);
    expect(onlyLine(await run('batch', 'cancel', batch.batchId, '--json'))).toMatchObject({
      error: { code: 'WrongState' },
    });
  });

  it('refuses a file that is no batch', async () => {
    writeFileSync(join(dir, 'no-batch.yaml'), 'runs: 7');
    expect(onlyLine(await run('batch', 'start', 'no-batch.yaml', '--json'))).toMatchObject({
      error: { code: 'UnusableFile', message: expect.stringContaining('"runs"') },
    });
  });
});

describe('the examples of the guide', () => {
  const guide = readFileSync(join(__dirname, '../../docs/guides/cli.md'), 'utf8');
  const commands = [...guide.matchAll(/^```\n([\s\S]*?)^```$/gm)]
    .flatMap(([, block]) => block!.trim().split('\n'))
    .filter((line) => line !== 'longhaul up');

  it('work, one after the other', async () => {
    writeFileSync(join(dir, 'inputs.yaml'), 'note: paid by the tests\n');
    let [lastRun, lastRef] = ['', ''];
    for (const line of commands) {
      const [program, ...args] = line.replace('RUN', lastRun).replace('REF', lastRef).split(' ');
      expect(program).toBe('longhaul');
      expect({ line, ...(await run(...args)) }).toMatchObject({ line, code: 0, stdout: expect.stringMatching(/\S/) });
      lastRun = (await shaped(runPageSchema, 'runs', 'list', '--limit', '1')).items[0]!.runId;
      lastRef = (await shaped(artifactPageSchema, 'artifacts', 'search', '--session', lastRun)).items[0]!.ref;
    }
    expect(commands.length).toBeGreaterThan(5);
  }, 180_000);
});

describe('runs, artifacts, ledger', () => {
  it('list pages and filters', async () => {
    const first = await shaped(runPageSchema, 'runs', 'list', '--limit', '1');
    const second = await shaped(runPageSchema, 'runs', 'list', '--limit', '1', '--cursor', first.nextCursor!);
    expect(second.items[0]!.createdAt < first.items[0]!.createdAt).toBe(true);
    const failed = await shaped(runPageSchema, 'runs', 'list', '--status', 'failed');
    expect(failed.items.map(({ name }) => name)).toContain('poor');
    expect(new Set(failed.items.map(({ status }) => status))).toEqual(new Set(['failed']));
    expect((await run('runs', 'list', '--limit', '1')).stdout).toContain(`More: --cursor ${first.nextCursor}`);
  });

  it('tools list names the built-in tools', async () => {
    const { items } = await shaped(toolListSchema, 'tools', 'list');
    expect(items.map(({ name }) => name)).toEqual(BUILT_IN_TOOLS.map(({ name }) => name));
    expect((await run('tools', 'list')).stdout).toContain('calculator');
  });

  it('show, result and artifacts tell of the same run', async () => {
    const { runId } = (await shaped(runPageSchema, 'runs', 'list', '--status', 'completed')).items[0]!;
    const view = await shaped(runViewSchema, 'runs', 'show', runId);
    const last = view.agents.at(-1)!;
    const one = await shaped(runResultSchema, 'runs', 'result', runId, '--node', last.name);
    expect(Object.keys(one.outputs)).toEqual([last.name]);
    const page = await shaped(
      artifactPageSchema,
      ...['artifacts', 'search', '--session', runId],
      ...['--agent', last.name, '--tag', 'output', '--type', 'state', '--since', view.createdAt],
    );
    expect(page.items.map(({ ref }) => ref)).toEqual([last.outputRef]);
    const artifact = await shaped(artifactViewSchema, 'artifacts', 'cat', last.outputRef!);
    expect(artifact.payload).toEqual(one.outputs[last.name]!.output);
    const raw = await run('artifacts', 'cat', last.outputRef!);
    expect(JSON.parse(raw.stdout)).toEqual(artifact.payload);
  });

  it.each([
    ['watch', ['runs', 'watch']],
    ['cat', ['artifacts', 'cat']],
  ])('%s of an id that does not exist is refused', async (_, command) => {
    const answer = await run(...command, '01890000-0000-7000-8000-000000000000', '--json');
    expect(answer.code).toBe(1);
    expect(onlyLine(answer)).toMatchObject({ error: { code: 'NotFound' } });
  });

  it('reconcile finds no difference, and refuses a file that is no log', async () => {
    const report = await shaped(reconcileReportSchema, 'ledger', 'reconcile');
    expect(report).toMatchObject({ differenceMicroUsd: 0, missing: [], stillUnknown: 0 });
    expect(report.matched).toBeGreaterThan(3);
    const own = stack().services.modelServer!.logFile;
    expect(await shaped(reconcileReportSchema, 'ledger', 'reconcile', '--log', own)).toMatchObject({
      matched: report.matched,
    });
    const wrong = await run('ledger', 'reconcile', '--log', 'values.yaml', '--json');
    expect(onlyLine(wrong)).toMatchObject({ error: { code: 'UnusableFile' } });
  });

  it('reconcile ends with 1 when the provider billed what the ledger does not know', async () => {
    const { runId } = (await shaped(runPageSchema, 'runs', 'list')).items[0]!;
    const line = { kind: 'accepted', attemptKey: `${runId}/stranger/0#1`, inputTokens: 10, outputTokens: 1 };
    writeFileSync(join(dir, 'strange.jsonl'), `${JSON.stringify(line)}\n{"kind":"acc`);
    const answer = await run('ledger', 'reconcile', '--log', 'strange.jsonl');
    expect(answer).toMatchObject({ code: 1, stderr: expect.stringContaining('1 lines are no JSON objects') });
    expect(answer.stdout).toContain(`The ledger does not know: ${runId}/stranger/0#1`);
  });
});

describe('a run under way', () => {
  let runId: string;
  beforeEach(async () => {
    await control('hold', {});
    const file = graphFile('held.json', [echoAgent('held')]);
    const started = await shaped(runStartedSchema, 'run', file, '--no-watch');
    runId = started.runId;
    await until(
      () => control('latency', { latency: 'fixed:0' }),
      ({ held }) => held > 0,
    );
  });
  afterEach(() => control('release', {}));

  it('Ctrl-C on watch ends the watching only; cancel ends the run', async () => {
    const watching = start('runs', 'watch', runId);
    await until(watching.stderr, (text) => text.includes('held: running'));
    const stopped = await watching.end('SIGINT');
    expect(stopped).toMatchObject({ code: 130, stdout: '' });
    expect(stopped.stderr).toContain(`The run goes on. Follow it: longhaul runs watch ${runId}`);
    expect(await shaped(runViewSchema, 'runs', 'show', runId)).toMatchObject({ status: 'running' });
    const early = await run('runs', 'result', runId, '--json');
    expect(onlyLine(early)).toMatchObject({
      error: { code: 'WrongState', message: expect.stringContaining('running') },
    });
    await shaped(runCancelledSchema, 'runs', 'cancel', runId);
    const ended = await run('runs', 'watch', runId, '--json');
    expect(ended.code).toBe(1);
    expect(runViewSchema.parse(onlyLine(ended))).toMatchObject({ status: 'cancelled' });
  });

  it('is watched to its end although the API is killed meanwhile', async () => {
    const watching = start('runs', 'watch', runId, '--json');
    await until(watching.stderr, (text) => text.includes('held: running'));
    process.kill(stack().api!.pid, 'SIGKILL');
    await until(watching.stderr, (text) => text.includes('The API answers again.'));
    await control('release', {});
    const ended = await watching.ended;
    expect(ended).toMatchObject({ code: 0, stderr: expect.stringContaining('asking again for 60 s') });
    expect(runViewSchema.parse(onlyLine(ended))).toMatchObject({ runId, status: 'completed' });
  });
});

describe('demo on the stack that runs here', () => {
  interface Closing {
    runId: string;
    status: string;
    reasonCode: string | null;
    costMicroUsd: number;
    asDesigned: boolean;
    ledger: { matches: boolean; accepted: number; settled: number; unknown: number };
    lost: { inFlight: number; billed: number; unknown: number; repeated: number; paidTwice: number };
    agents: Record<string, { status: string; modelFailures: number; costMicroUsd: number }>;
  }

  const DEMO_MS_MAX = 180_000;
  const demo = async (...args: string[]): Promise<[Closing, Answer]> => {
    const answer = await run('demo', '--json', ...args);
    return [onlyLine(answer) as Closing, answer];
  };

  it(
    'kills the worker twice, and pays no stored answer twice',
    async () => {
      await control('latency', { latency: 'fixed:7' });
      const [closing, answer] = await demo('--fault', 'kill-worker');
      expect(answer).toMatchObject({ code: 0, stderr: expect.stringContaining(`Using the stack that runs in ${dir}`) });
      expect(closing).toMatchObject({
        status: 'completed',
        asDesigned: true,
        ledger: { matches: true, unknown: 0 },
        lost: { unknown: 0, paidTwice: 0 },
      });
      const { inFlight, billed, repeated } = closing.lost;
      expect(inFlight).toBeGreaterThan(0);
      expect(repeated).toBeGreaterThan(0);
      expect(closing.ledger.settled).toBe(11 + billed);
      expect(closing.costMicroUsd).toBe(
        Object.values(closing.agents).reduce((sum, agent) => sum + agent.costMicroUsd, 0),
      );
      expect(Object.keys(closing.agents)).toHaveLength(11);
      expect(await control('release', {})).toMatchObject({ latency: 'fixed:7' }); // as it was before
    },
    DEMO_MS_MAX,
  );

  it(
    'waits as a rate limit says',
    async () => {
      const [closing, { code }] = await demo('--fault', 'rate-limit');
      expect(code).toBe(0);
      expect(closing).toMatchObject({ status: 'completed', asDesigned: true, ledger: { accepted: 11, settled: 11 } });
      expect(Object.values(closing.agents).reduce((sum, agent) => sum + agent.modelFailures, 0)).toBe(3);
    },
    DEMO_MS_MAX,
  );

  it(
    'never passes a small budget',
    async () => {
      const [closing, { code }] = await demo('--fault', 'small-budget');
      expect(code).toBe(0);
      expect(closing).toMatchObject({ status: 'failed', reasonCode: 'workflow_budget_exceeded', asDesigned: true });
      expect(closing.costMicroUsd).toBeLessThanOrEqual(5_000);
      expect(closing.costMicroUsd).toBeGreaterThan(0);
    },
    DEMO_MS_MAX,
  );

  it('leaves the stack as it found it: running', async () => {
    expect(stack().supervisorPid).toBe(up.process.pid);
    expect(alive(stack())).toHaveLength(stack().processes.length);
  });
});

it('Ctrl-C on up stops everything, also when it comes twice at once', async () => {
  const before = stack();
  expect(alive(before)).toEqual(expect.arrayContaining(['temporal', 'postgres', 'redis', 'api', 'worker-llm']));
  up.process.kill('SIGINT');
  const { code, stdout } = await up.end('SIGINT'); // npm passes on what the terminal has sent already
  expect(code).toBe(0);
  expect(stdout.split('\n')).toHaveLength(2);
  expect(alive(before)).toEqual([]);
  expect(existsSync(join(dir, '.longhaul/state.json'))).toBe(false);
  expect(await run('runs', 'list')).toMatchObject({ code: 3, stderr: expect.stringContaining('longhaul up') });
}, 60_000);
