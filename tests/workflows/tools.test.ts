import { readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parse } from 'yaml';
import { decideTask, getRunEvents, getRunNodes, listTasks } from '../../src/adapters/postgres';
import { echoAgent, echoGraph } from '../support/graphs';
import { type OutsideService, startOutsideService } from '../support/outside-service';
import type { Program } from '../support/programs';
import { outputOf, startSystem, TENANT, type StartedRun, type System } from '../support/system';
import { until } from '../support/until';

let outside: OutsideService;
let folder: string;
let system: System;
let io: Program;

beforeAll(async () => {
  outside = await startOutsideService();
  folder = await mkdtemp(join(tmpdir(), 'longhaul-tools-'));
  await writePlugIns();
  system = await startSystem({
    workers: ['workflows', 'llm'],
    plugIns: ['slug', 'wait', 'shaky', 'explode', 'order', 'order_once'],
    env: {
      LONGHAUL_TOOLS_FOLDER: folder,
      LONGHAUL_TOOLS_HTTP_ALLOW: outside.host,
      ORDER_TOKEN: 'secret-of-the-order-service',
    },
  });
  io = await system.startWorker('io');
});
afterAll(async () => {
  await system.close();
  await outside.close();
  await rm(folder, { recursive: true, force: true });
});
beforeEach(() => {
  outside.seen.length = 0;
  outside.release();
});

async function writePlugIns(): Promise<void> {
  const order = (name: string, idempotent: boolean) =>
    [
      `name: ${name}`,
      'description: Orders an article.',
      `url: http://${outside.host}/orders/{sku}`,
      'method: POST',
      'headers: { Authorization: "Bearer ${ORDER_TOKEN}" }',
      `idempotent: ${idempotent}`,
      'parameters: { type: object, properties: { sku: { type: string }, quantity: { type: integer } }, required: [sku] }',
    ].join('\n');
  await writeFile(join(folder, 'order.yaml'), order('order', false));
  await writeFile(join(folder, 'order-once.yaml'), order('order_once', true));
  await writeFile(
    join(folder, '_slug-of.ts'),
    'export const slugOf = (t: string): string => t.toLowerCase().replaceAll(" ", "-");',
  );
  await writeFile(
    join(folder, 'slug.ts'),
    `import { slugOf } from './_slug-of';
     interface Arguments { title: string }
     export const tool = {
       name: 'slug', description: 'Makes a slug of a title.', pure: true, sideEffects: false,
       parameters: { type: 'object', properties: { title: { type: 'string' } }, required: ['title'] },
       execute: async ({ title }: Arguments) => ({ ok: true, value: slugOf(title) }),
     };`,
  );
  const thrower = (name: string, sideEffects: boolean, times: number) =>
    writeFile(
      join(folder, `${name}.cjs`),
      `let calls = 0;
       exports.tool = {
         name: '${name}', description: 'Breaks off ${times} times.', pure: false, sideEffects: ${sideEffects},
         parameters: { type: 'object', properties: {} },
         execute: async () => { if ((calls += 1) <= ${times}) throw new Error('broken ' + calls); return { ok: true, value: calls }; },
       };`,
    );
  await thrower('shaky', false, 2);
  await thrower('explode', true, 1);
  await writeFile(
    join(folder, 'wait.cjs'),
    `exports.tool = {
       name: 'wait', description: 'Never ends by itself.', pure: false, sideEffects: false,
       parameters: { type: 'object', properties: {} },
       execute: () => new Promise(() => {}),
     };`,
  );
}

/** An agent of \`scripted-echo\` that may use these tools. */
const user = (name: string, tools: string[], says: string, more: object = {}) =>
  echoAgent(name, { tools, says, llmConfig: { model: 'scripted-echo', maxTokens: 400 }, ...more });
const nodeOf = async (run: StartedRun, name: string) =>
  (await getRunNodes(system.pool, TENANT, run.runId)).find((node) => node.name === name)!;
const contentOf = async (run: StartedRun, name: string) =>
  ((await outputOf(system, run.runId, name)) as { content: string } | undefined)?.content;
const toolRows = async (run: StartedRun) =>
  (
    await system.pool.query<{ key: string; tool: string; ok: boolean; sharedFrom: string | null; ref: string }>(
      `SELECT tool_key AS key, tool, ok, shared_from AS "sharedFrom", artifact_ref AS ref
       FROM tool_result WHERE run_id = $1 ORDER BY tool_key`,
      [run.runId],
    )
  ).rows;

describe('a model that uses tools', () => {
  test('calls them over several rounds, several at once, and answers with their results', async () => {
    const run = await system.startRun(
      echoGraph([
        user(
          'clerk',
          ['calculator', 'slug', 'lookup'],
          `[[call: calculator {"expression": "6 * 7"}]] [[call: slug {"title": "Blue Whale"}]]
           [[then: lookup {"data": {"a": {"b": 5}}, "path": "a.b"}]] [[answer: $1, $2 and $3.]]`,
        ),
        echoAgent('reader', { dependencies: ['clerk'] }),
      ]),
    );
    expect(await run.result()).toMatchObject({ status: 'completed', completed: 2 });
    expect(await contentOf(run, 'clerk')).toBe('42, blue-whale and 5.');
    expect((await toolRows(run)).map(({ key, tool, ok }) => [key.slice(run.runId.length), tool, ok])).toEqual([
      ['/clerk/0/tool/0', 'calculator', true],
      ['/clerk/0/tool/1', 'slug', true],
      ['/clerk/1/tool/0', 'lookup', true],
    ]);
    const events = await getRunEvents(system.pool, { tenant: TENANT, runId: run.runId, limit: 100 });
    expect(events.filter(({ type }) => type === 'agent-used-tool')).toHaveLength(3);
  });

  test('is told that a tool does not exist, is not its own, or got wrong arguments, and goes on', async () => {
    const run = await system.startRun(
      echoGraph([
        user(
          'clumsy',
          ['calculator'],
          `[[call: calculatr {}]] [[call: slug {"title": "x"}]] [[call: calculator {"expr": "1"}]]
           [[call: calculator {"expression": 1,,}]] [[call: calculator {"expression": "1/0"}]] [[answer: $1 | $2 | $3 | $4 | $5]]`,
        ),
      ]),
    );
    expect(await run.result()).toMatchObject({ status: 'completed' });
    const [unknown, foreign, wrong, noJson, failed] = (await contentOf(run, 'clumsy'))!.split(' | ');
    expect(unknown).toBe('Error: There is no tool "calculatr". Your tools: calculator. Did you mean "calculator"?');
    expect(foreign).toContain('There is no tool "slug". Your tools: calculator.');
    expect(wrong).toContain(
      `do not match the schema of "calculator": arguments must have required property 'expression'`,
    );
    expect(noJson).toBe('Error: The arguments are not a JSON object.');
    expect(failed).toContain('division by zero');
    expect((await toolRows(run)).map(({ ok }) => ok)).toEqual(Array(5).fill(false));
  });

  test('may not ask for ever', async () => {
    const endless = user('endless', ['calculator'], '[[always: calculator {"expression": "1 + 1"}]]', {
      maxToolRounds: 2,
    });
    const run = await system.startRun(echoGraph([endless]));
    expect(await run.result()).toMatchObject({ status: 'failed' });
    expect(await nodeOf(run, 'endless')).toMatchObject({ status: 'failed', reasonCode: 'tool_rounds_exhausted' });
    expect(await toolRows(run)).toHaveLength(2);
  });

  test('gets the result of a pure tool that ran before with the same arguments', async () => {
    const graph = echoGraph([
      user('again', ['calculator'], '[[call: calculator {"expression": "19 * 23"}]] [[answer: $1]]'),
    ]);
    const first = await system.startRun(graph);
    await first.result();
    const second = await system.startRun(graph);
    await second.result();
    const [[source], [shared]] = [await toolRows(first), await toolRows(second)];
    expect(shared).toMatchObject({ sharedFrom: source!.key, ref: source!.ref, ok: true });
    expect(await contentOf(second, 'again')).toBe('437');
  });

  test('reads the web where it is allowed, and nowhere else', async () => {
    const run = await system.startRun(
      echoGraph([
        user(
          'surfer',
          ['http_get'],
          `[[call: http_get {"url": "http://${outside.host}/page"}]]
           [[call: http_get {"url": "http://localhost:${outside.host.split(':')[1]}/page"}]] [[answer: $1 | $2]]`,
        ),
      ]),
    );
    expect(await run.result()).toMatchObject({ status: 'completed' });
    const [read, refused] = (await contentOf(run, 'surfer'))!.split(' | ');
    expect(JSON.parse(read!)).toMatchObject({ count: 1, path: '/page' });
    expect(refused).toContain('is not among the allowed hosts');
    expect(outside.seen).toHaveLength(1);
  });

  test('reads an artifact of its tenant; another does not exist', async () => {
    const first = await system.startRun(echoGraph([echoAgent('writer', { says: '[[answer: tides]]' })]));
    await first.result();
    const ref = (await nodeOf(first, 'writer')).outputRef!;
    const run = await system.startRun(
      echoGraph([
        user(
          'reader',
          ['artifact_read'],
          `[[call: artifact_read {"ref": "${ref}"}]] [[call: artifact_read {"ref": "${first.runId}"}]] [[answer: $1 | $2]]`,
        ),
      ]),
    );
    await run.result();
    const [found, missing] = (await contentOf(run, 'reader'))!.split(' | ');
    expect(JSON.parse(found!)).toMatchObject({
      mime: 'application/json',
      text: expect.stringContaining('tides') as string,
    });
    expect(missing).toBe(`Error: Artifact "${first.runId}" does not exist.`);
  });

  test('an HTTP tool has its credential and a key by which a repetition is recognised; nobody reads the credential', async () => {
    const run = await system.startRun(
      echoGraph([user('buyer', ['order'], '[[call: order {"sku": "A 1", "quantity": 2}]] [[answer: $1]]')]),
    );
    await run.result();
    expect(outside.seen).toEqual([
      {
        ...{ method: 'POST', path: '/orders/A%201', body: '{"quantity":2}', aborted: false },
        ...{ authorization: 'Bearer secret-of-the-order-service', idempotencyKey: `${run.runId}/buyer/0/tool/0` },
      },
    ]);
    expect(await contentOf(run, 'buyer')).toContain('"authorization":"Bearer ***"');
  });
});

describe('people and side effects', () => {
  const decide = (taskId: string, state: 'approved' | 'rejected', comment?: string) =>
    decideTask(system.pool, { tenant: TENANT, taskId, state, comment, by: 'ada' });

  test('each call with side effects is asked for; what is rejected is not executed, and the model reads why', async () => {
    const run = await system.startRun(
      echoGraph([
        user(
          'buyer',
          ['order', 'calculator'],
          `[[call: order {"sku": "yes"}]] [[call: order {"sku": "no"}]] [[call: calculator {"expression": "1 + 1"}]]
           [[answer: $1 | $2 | $3]]`,
          { approval: { for: 'side-effects' } },
        ),
      ]),
    );
    const tasks = await until(
      () => listTasks(system.pool, { tenant: TENANT, runId: run.runId, limit: 10 }),
      (found) => found.length === 2,
    );
    expect(outside.seen).toEqual([]);
    for (const { taskId, details } of tasks) {
      const { sku } = details.arguments as { sku: string };
      await (sku === 'yes' ? decide(taskId, 'approved') : decide(taskId, 'rejected', 'Too dear.'));
    }
    expect(await run.result()).toMatchObject({ status: 'completed' });
    expect(outside.seen.map(({ path }) => path)).toEqual(['/orders/yes']);
    const [bought, refused, counted] = (await contentOf(run, 'buyer'))!.split(' | ');
    expect(JSON.parse(bought!)).toMatchObject({ path: '/orders/yes' });
    expect([refused, counted]).toEqual(['Error: A person did not allow this call. They say: Too dear.', '2']);
  });

  test('arguments that cannot be stored are shown as they came, and are an error to the model', async () => {
    const written = String.raw`{"sku": "A", "note\u0000": 1}`;
    const run = await system.startRun(
      echoGraph([
        user('buyer', ['order'], `[[call: order ${written}]] [[answer: $1]]`, { approval: { for: 'side-effects' } }),
      ]),
    );
    const [task] = await until(
      () => listTasks(system.pool, { tenant: TENANT, runId: run.runId, limit: 10 }),
      (found) => found.length === 1,
    );
    expect(task!.details.arguments).toBe(written);
    await decide(task!.taskId, 'approved');
    expect(await run.result()).toMatchObject({ status: 'completed' });
    expect(await contentOf(run, 'buyer')).toContain('The arguments cannot be used');
    expect(outside.seen).toEqual([]);
  });

  test('a script whose tool has side effects begins only when a person agreed', async () => {
    const script = { tool: 'order', arguments: { sku: 'C' } };
    const run = await system.startRun(
      echoGraph([{ name: 'buyer', kind: 'script', script, approval: { for: 'side-effects' } }]),
    );
    const [task] = await until(
      () => listTasks(system.pool, { tenant: TENANT, runId: run.runId, limit: 10 }),
      (found) => found.length === 1,
    );
    expect(outside.seen).toEqual([]);
    await decide(task!.taskId, 'approved');
    expect(await run.result()).toMatchObject({ status: 'completed' });
    expect(outside.seen).toHaveLength(1);
  });
});

describe('tools that break off', () => {
  test('without side effects it is tried again', async () => {
    const run = await system.startRun(echoGraph([user('patient', ['shaky'], '[[call: shaky {}]] [[answer: $1]]')]));
    expect(await run.result()).toMatchObject({ status: 'completed' });
    expect(await contentOf(run, 'patient')).toBe('3');
  });

  test('with side effects it is not, and the model is told', async () => {
    const run = await system.startRun(echoGraph([user('careful', ['explode'], '[[call: explode {}]] [[answer: $1]]')]));
    expect(await run.result()).toMatchObject({ status: 'completed' });
    expect(await contentOf(run, 'careful')).toBe(
      'Error: Tool "explode" broke off: broken 1. Its outcome is unknown, and it was not repeated.',
    );
  });
});

describe('kills and cancels', () => {
  const killWhileHeld = async (tool: string) => {
    outside.hold();
    const run = await system.startRun(
      echoGraph([user('buyer', [tool], `[[call: ${tool} {"sku": "A"}]] [[answer: $1]]`)]),
    );
    await until(
      () => outside.seen.length,
      (count) => count === 1,
    );
    await io.stop('SIGKILL');
    outside.release();
    io = await system.startWorker('io');
    expect(await run.result()).toMatchObject({ status: 'completed' });
    return run;
  };

  test('a tool with side effects is not executed again when its worker was killed in between; the model is told', async () => {
    const run = await killWhileHeld('order');
    expect(outside.seen).toHaveLength(1);
    expect(await contentOf(run, 'buyer')).toContain('Its outcome is unknown, and it was not repeated.');
  });

  test('one that recognises repetitions is asked again, under the same key', async () => {
    const run = await killWhileHeld('order_once');
    expect(outside.seen.map(({ idempotencyKey }) => idempotencyKey)).toEqual(
      Array(2).fill(`${run.runId}/buyer/0/tool/0`),
    );
    expect(await contentOf(run, 'buyer')).toContain('"count":2');
  });

  test('a cancel ends the tool under way', async () => {
    outside.hold();
    const run = await system.startRun(
      echoGraph([
        user('buyer', ['order'], '[[call: order {"sku": "A"}]]'),
        user('waiter', ['wait'], '[[call: wait {}]]'),
      ]),
    );
    await until(
      () => outside.seen.length,
      (count) => count === 1,
    );
    await system.temporal.client.workflow.getHandle(run.workflowId).cancel();
    expect(await run.result()).toMatchObject({ status: 'cancelled' });
    await until(() => outside.seen[0]!.aborted, Boolean);
  });

  test('a tool that takes longer than its agent may is an answer to the model', async () => {
    const run = await system.startRun(
      echoGraph([user('waiter', ['wait'], '[[call: wait {}]] [[answer: $1]]', { timeoutSeconds: 1 })]),
    );
    expect(await run.result()).toMatchObject({ status: 'completed' });
    expect(await contentOf(run, 'waiter')).toBe('Error: The tool did not end within 1 s.');
  });
});

describe('script agents', () => {
  const fastRows = (run: StartedRun) =>
    system.pool.query<{ key: string; ref: string }>(
      'SELECT fast_key AS key, artifact_ref AS ref FROM fast_result WHERE run_id = $1 ORDER BY fast_key',
      [run.runId],
    );

  test('pure ones run beside the workflow: templates in, output out, one row each, no activity', async () => {
    const run = await system.startRun(
      echoGraph([
        echoAgent('source', { says: '[[answer: {"net": 250, "rate": 19}]]' }),
        {
          name: 'net',
          kind: 'script',
          dependencies: ['source'],
          script: { tool: 'lookup', arguments: { data: '{{ source.content }}', path: 'net' } },
        },
        {
          name: 'gross',
          kind: 'script',
          dependencies: ['net'],
          script: { tool: 'calculator', arguments: { expression: '{{ net.json }} * 1.19' } },
        },
      ]),
    );
    expect(await run.result()).toMatchObject({ status: 'completed', completed: 3 });
    expect(await outputOf(system, run.runId, 'gross')).toMatchObject({
      content: '297.5',
      json: 297.5,
      model: 'tool:calculator',
    });
    const { outputRef, model } = await nodeOf(run, 'gross');
    expect(model).toBe('tool:calculator');
    expect((await fastRows(run)).rows).toEqual([
      { key: `${run.runId}/gross`, ref: outputRef },
      { key: `${run.runId}/net`, ref: (await nodeOf(run, 'net')).outputRef },
    ]);
    const { events } = await system.temporal.client.workflow.getHandle(run.workflowId).fetchHistory();
    const scheduled = events!.map(({ activityTaskScheduledEventAttributes: it }) => it?.activityType?.name);
    expect(scheduled.filter((name) => name === 'runScript')).toEqual([]);
    expect(scheduled.filter((name) => name === 'callAgent')).toHaveLength(1);
  });

  test('others run as activities, once', async () => {
    const script = { tool: 'order', arguments: { sku: '{{ inputs.sku }}', quantity: 3 } };
    const run = await system.startRun(echoGraph([{ name: 'buyer', kind: 'script', script }], { inputs: { sku: 'B' } }));
    expect(await run.result()).toMatchObject({ status: 'completed' });
    expect(outside.seen.map(({ path, body }) => [path, body])).toEqual([['/orders/B', '{"quantity":3}']]);
    expect(await outputOf(system, run.runId, 'buyer')).toMatchObject({
      json: { path: '/orders/B' },
      model: 'tool:order',
    });
    expect((await toolRows(run)).map(({ ok }) => ok)).toEqual([true]);
    expect((await fastRows(run)).rows).toEqual([]);
  });

  test.each([
    ['a tool that fails', { tool: 'calculator', arguments: { expression: '1 / 0' } }, 'division by zero'],
    [
      'arguments that do not fit',
      { tool: 'calculator', arguments: { expression: 7 } },
      'arguments/expression must be string',
    ],
    [
      'an activity that fails',
      { tool: 'http_get', arguments: { url: 'http://10.0.0.1/' } },
      'not among the allowed hosts',
    ],
  ])('%s fails the agent', async (_, script, reason) => {
    const run = await system.startRun(echoGraph([{ name: 'broken', kind: 'script', script }]));
    expect(await run.result()).toMatchObject({ status: 'failed' });
    expect(await nodeOf(run, 'broken')).toMatchObject({
      status: 'failed',
      reasonCode: 'tool_failed',
      reason: expect.stringContaining(reason) as string,
    });
  });
});

test('the example: an invoice is checked by a model with tools and by scripts', async () => {
  const file = resolve(__dirname, '../../examples/graphs/invoice-check.yaml');
  const run = await system.startRun(parse(readFileSync(file, 'utf8')) as object);
  expect(await run.result()).toMatchObject({ status: 'completed', completed: 5 });
  expect(await outputOf(system, run.runId, 'total')).toMatchObject({ json: 1487.5 });
  expect(await contentOf(run, 'verdict')).toContain('1487.5');
});

test('a worker with a broken plug-in does not start, and names the file', async () => {
  const broken = await mkdtemp(join(tmpdir(), 'longhaul-broken-'));
  await writeFile(join(broken, 'half.ts'), 'export const tool = { name: "half" };');
  await expect(system.startWorker('io', { LONGHAUL_TOOLS_FOLDER: broken })).rejects.toThrow(
    /half\.ts cannot be used: .*description.*execute/s,
  );
  await rm(broken, { recursive: true, force: true });
});
