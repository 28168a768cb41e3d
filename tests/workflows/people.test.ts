import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parse } from 'yaml';
import { decideTask, getRunEvents, getRunNodes, listTasks, openTask, runStatistics } from '../../src/adapters/postgres';
import type { AgentOutput } from '../../src/domain/agents/agent-output';
import { echoAgent, echoGraph } from '../support/graphs';
import { newId, run as storedRun } from '../support/ledger';
import { outputOf, startSystem, TENANT, type StartedRun, type System } from '../support/system';
import { until } from '../support/until';

let folder: string;
let system: System;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'longhaul-people-'));
  await writeFile(join(folder, 'orders.txt'), '');
  await writeFile(join(folder, 'order.cjs'), ORDER);
  system = await startSystem({
    workers: ['workflows', 'llm', 'io'],
    plugIns: ['order'],
    env: { LONGHAUL_TOOLS_FOLDER: folder },
  });
});
afterAll(async () => {
  await system.close();
  await rm(folder, { recursive: true, force: true });
});

/** A tool that changes something outside: it writes down what was ordered. */
const ORDER = `
  const { appendFileSync } = require('node:fs');
  const { join } = require('node:path');
  exports.tool = {
    name: 'order', description: 'Orders an article.', pure: false, sideEffects: true,
    parameters: { type: 'object', properties: { sku: { type: 'string' } }, required: ['sku'] },
    execute: async ({ sku }) => { appendFileSync(join(__dirname, 'orders.txt'), sku + '\\n'); return { ok: true, value: 'ordered ' + sku }; },
  };`;
const ordered = async () => (await readFile(join(folder, 'orders.txt'), 'utf8')).split('\n').filter(Boolean);

const person = (name: string, human: object = {}, more: object = {}) => ({
  name,
  kind: 'human',
  promptTemplate: `What does ${name} say?`,
  human,
  ...more,
});
const tasksOf = (run: StartedRun) => listTasks(system.pool, { tenant: TENANT, runId: run.runId, limit: 50 });
const nodesOf = async (run: StartedRun) =>
  Object.fromEntries((await getRunNodes(system.pool, TENANT, run.runId)).map((node) => [node.name, node]));
const eventsOf = async (run: StartedRun, type: string) =>
  getRunEvents(system.pool, { tenant: TENANT, runId: run.runId, type, limit: 100 });
const asked = async (run: StartedRun) =>
  (
    await until(
      () => tasksOf(run),
      (tasks) => tasks.length > 0,
    )
  )[0]!;
const decide = (taskId: string, decision: Pick<Parameters<typeof decideTask>[1], 'state' | 'answer'>) =>
  decideTask(system.pool, { tenant: TENANT, taskId, by: 'ada', ...decision });
const said = async (run: StartedRun, node: string) => (await outputOf(system, run.runId, node)) as AgentOutput;

describe('a question', () => {
  test('is asked with what went before, and its answer is an output like a model’s', async () => {
    const run = await system.startRun(
      echoGraph([
        echoAgent('draft'),
        person('editor', { assignee: 'Ada' }, { dependencies: ['draft'], promptTemplate: 'Good? {{ draft.content }}' }),
        echoAgent('final', { dependencies: ['editor'] }),
      ]),
    );
    const task = await asked(run);
    expect(task).toMatchObject({ kind: 'question', state: 'open', node: 'editor', assignee: 'Ada', dueAt: null });
    expect(task.prompt).toBe(`Good? ${(await said(run, 'draft')).content}`);
    expect((await nodesOf(run))['editor']).toMatchObject({ status: 'running', reasonCode: 'waiting_for_person' });
    expect(await runStatistics(system.pool, TENANT, run.runId)).toMatchObject({ waitingForPeople: 1 });
    expect(await decide(task.taskId, { state: 'answered', answer: 'Yes, print it.' })).toBe(true);
    expect(await run.result()).toMatchObject({ status: 'completed', completed: 3 });
    expect(await said(run, 'editor')).toEqual({
      ...{ content: 'Yes, print it.', finishReason: 'stop', model: 'human:ada', toolCalls: [] },
    });
    expect((await said(run, 'final')).content).toContain('Yes, print it.');
    expect((await tasksOf(run))[0]).toMatchObject({ state: 'answered', deliveredAt: expect.any(Date) as Date });
    expect((await nodesOf(run))['editor']).toMatchObject({ status: 'completed', reasonCode: null, costMicroUsd: 0 });
    expect(await eventsOf(run, 'task-opened')).toHaveLength(1);
    expect(await eventsOf(run, 'task-decided')).toMatchObject([{ data: { decision: 'answered', by: 'ada' } }]);
  });

  test('holds no slot: with one slot, whoever needs no person goes on', async () => {
    const run = await system.startRun(
      echoGraph(
        [person('slow', {}, { priority: 7 }), echoAgent('quick'), echoAgent('next', { dependencies: ['quick'] })],
        {
          maxParallelAgents: 1,
        },
      ),
    );
    await until(
      () => nodesOf(run),
      (nodes) => nodes['next']!.status === 'completed',
    );
    const task = await asked(run);
    expect(task.state).toBe('open');
    await decide(task.taskId, { state: 'answered', answer: 'late' });
    expect(await run.result()).toMatchObject({ status: 'completed', completed: 3 });
  });

  test('waits over continue-as-new, and is asked once', async () => {
    const chain = Array.from({ length: 8 }, (_, index) =>
      echoAgent(`n${index}`, { dependencies: index === 0 ? [] : [`n${index - 1}`] }),
    );
    const run = await system.startRun(
      echoGraph([person('patient', { answerSchema: { type: 'object', required: ['go'] } }), ...chain]),
      { continueAsNewAfterEvents: 25 },
    );
    const handle = system.temporal.client.workflow.getHandle(run.workflowId);
    const first = (await handle.describe()).runId;
    await until(
      () => nodesOf(run),
      (nodes) => nodes['n7']!.status === 'completed',
    );
    expect((await handle.describe()).runId).not.toBe(first);
    await decide((await asked(run)).taskId, { state: 'answered', answer: { go: true } });
    expect(await run.result()).toMatchObject({ status: 'completed', completed: 9 });
    expect(await said(run, 'patient')).toMatchObject({ content: '{"go":true}', json: { go: true } });
    expect(await tasksOf(run)).toHaveLength(1);
    expect(await eventsOf(run, 'task-opened')).toHaveLength(1);
  });

  test('without an answer in time the fallback counts; without a fallback the agent fails and says so', async () => {
    const run = await system.startRun(
      echoGraph([
        person('lucky', { dueSeconds: 1, fallback: { go: false } }),
        person('unlucky', { dueSeconds: 1 }),
        echoAgent('other'),
      ]),
    );
    expect(await run.result()).toMatchObject({ status: 'partially_completed', completed: 2 });
    expect(await said(run, 'lucky')).toMatchObject({ json: { go: false }, model: 'human:due time' });
    expect((await nodesOf(run))['unlucky']).toMatchObject({ status: 'failed', reasonCode: 'task_expired' });
    expect((await tasksOf(run)).map(({ state, decidedBy }) => [state, decidedBy])).toEqual(
      Array(2).fill(['expired', 'due time']),
    );
  });

  test('reminds until it is answered', async () => {
    const run = await system.startRun(echoGraph([person('busy', { remindEverySeconds: 1, assignee: 'Bo' })]));
    await until(
      () => eventsOf(run, 'task-reminder'),
      (events) => events.length >= 2,
    );
    expect((await eventsOf(run, 'task-reminder'))[0]).toMatchObject({ node: 'busy', data: { assignee: 'Bo' } });
    await decide((await asked(run)).taskId, { state: 'answered', answer: 'here' });
    await run.result();
  });

  test('of a run that is cancelled is asked no more', async () => {
    const run = await system.startRun(echoGraph([person('nobody')]));
    const { taskId } = await asked(run);
    await system.temporal.client.workflow.getHandle(run.workflowId).cancel();
    expect(await run.result()).toMatchObject({ status: 'cancelled' });
    expect((await tasksOf(run))[0]).toMatchObject({ state: 'cancelled', decidedBy: null });
    expect(await decide(taskId, { state: 'answered', answer: 'too late' })).toBe(false);
  });
});

describe('an approval before the start', () => {
  const guarded = (approval: object = {}) =>
    echoGraph([echoAgent('careful', { approval: { for: 'start', ...approval } }), echoAgent('other')]);

  test('lets the agent begin when a person agrees, and nothing is paid before', async () => {
    const run = await system.startRun(guarded());
    const task = await asked(run);
    expect(task).toMatchObject({ kind: 'approval', taskKey: 'careful/start', details: { agent: 'careful' } });
    expect((await nodesOf(run))['careful']!.calls).toBe(0);
    await decide(task.taskId, { state: 'approved' });
    expect(await run.result()).toMatchObject({ status: 'completed', completed: 2 });
    expect((await nodesOf(run))['careful']).toMatchObject({ status: 'completed', calls: 1 });
  });

  test('ends the agent when a person refuses', async () => {
    const run = await system.startRun(guarded());
    await decide((await asked(run)).taskId, { state: 'rejected' });
    expect(await run.result()).toMatchObject({ status: 'partially_completed', completed: 1 });
    expect((await nodesOf(run))['careful']).toMatchObject({ reasonCode: 'approval_rejected', calls: 0 });
  });

  test.each([
    ['reject', 'expired', { status: 'failed', reasonCode: 'approval_expired', calls: 0 }],
    ['approve', 'approved', { status: 'completed', calls: 1 }],
  ])('silence means %s when the graph says so', async (onTimeout, state, node) => {
    const run = await system.startRun(guarded({ dueSeconds: 1, onTimeout }));
    await run.result();
    expect((await tasksOf(run))[0]).toMatchObject({ state, decidedBy: 'due time' });
    expect((await nodesOf(run))['careful']).toMatchObject(node);
  });
});

describe('an approval of what a tool changes', () => {
  const buyer = (sku: string) =>
    echoGraph([
      echoAgent('buyer', {
        tools: ['order'],
        approval: { for: 'side-effects' },
        says: `[[call: order {"sku":"${sku}"}]]`,
      }),
    ]);

  test('shows tool and arguments; once a person agrees it is executed once', async () => {
    const run = await system.startRun(buyer('A1'));
    const task = await asked(run);
    expect(task).toMatchObject({ kind: 'approval', taskKey: 'buyer/0/tool/0', onTimeout: 'reject' });
    expect(task.details).toMatchObject({ agent: 'buyer', tool: 'order', arguments: { sku: 'A1' } });
    expect(await ordered()).not.toContain('A1');
    await decide(task.taskId, { state: 'approved' });
    expect(await run.result()).toMatchObject({ status: 'completed' });
    expect((await ordered()).filter((sku) => sku === 'A1')).toHaveLength(1);
    const buyerNode = (await nodesOf(run))['buyer']!;
    expect(buyerNode.calls).toBe(2); // beginning again after the approval asks nobody a second time
    expect((await run.result()).costMicroUsd).toBe(buyerNode.costMicroUsd);
    expect((await said(run, 'buyer')).content).toContain('ordered A1');
  });

  test('is not executed when a person refuses, and the model is told', async () => {
    const run = await system.startRun(buyer('B2'));
    await decide((await asked(run)).taskId, { state: 'rejected' });
    expect(await run.result()).toMatchObject({ status: 'completed' });
    expect(await ordered()).not.toContain('B2');
    expect((await nodesOf(run))['buyer']!.calls).toBe(2);
  });
});

test('the example with two human steps runs to its end', async () => {
  const file = resolve(__dirname, '../../examples/graphs/reviewed-announcement.yaml');
  const run = await system.startRun(parse(await readFile(file, 'utf8')) as object);
  const editor = await asked(run);
  expect(editor).toMatchObject({ node: 'editor', assignee: 'Editor', dueAt: expect.any(Date) as Date });
  await decide(editor.taskId, { state: 'answered', answer: { verdict: 'print', note: 'Shorter title.' } });
  const publisher = await until(
    () => tasksOf(run),
    (tasks) => tasks.some(({ node }) => node === 'publisher'),
  );
  await decide(publisher[0]!.taskId, { state: 'approved' });
  expect(await run.result()).toMatchObject({ status: 'completed', completed: 3 });
  expect((await said(run, 'publisher')).content).toContain('The editor says print: Shorter title.');
});

test('a decision that came while every worker was dead is found by the next ones', async () => {
  const own = await startSystem({ workers: [] });
  try {
    const first = await own.startWorker('all');
    const run = await own.startRun(echoGraph([person('calm'), echoAgent('after', { dependencies: ['calm'] })]));
    const list = () => listTasks(own.pool, { tenant: TENANT, runId: run.runId, limit: 1 });
    const [task] = await until(list, (tasks) => tasks.length > 0);
    await first.stop('SIGKILL');
    await decideTask(own.pool, {
      tenant: TENANT,
      taskId: task!.taskId,
      state: 'answered',
      answer: 'still here',
      by: 'ada',
    });
    await own.startWorker('all');
    expect(await run.result()).toMatchObject({ status: 'completed', completed: 2 });
    expect(((await outputOf(own, run.runId, 'after')) as AgentOutput).content).toContain('still here');
  } finally {
    await own.close();
  }
});

test('a run that cannot be told of its decisions keeps nobody else from hearing theirs', async () => {
  const { workflowId, runId } = await storedRun(system.pool, { tenant: TENANT });
  await system.temporal.client.workflow.start('agentRun', { workflowId, taskQueue: 'nobody-polls-this', args: [] });
  await system.pool.query(`UPDATE run SET launch = 'started' WHERE id = $1`, [runId]);
  const tasks = Array.from({ length: 60 }, (_, index) => ({ id: newId(), taskKey: `a/${index}` }));
  for (const task of tasks) {
    await openTask(system.pool, { ...task, tenant: TENANT, runId, node: 'a', kind: 'question', prompt: 'Hello?' });
    await decide(task.id, { state: 'answered', answer: 'Yes.' });
  }
  const heard = await system.startRun(echoGraph([person('other')]));
  await decide((await asked(heard)).taskId, { state: 'answered', answer: 'Yes.' });
  expect(await heard.result()).toMatchObject({ status: 'completed' });
  await system.temporal.client.workflow.getHandle(workflowId).terminate();
}, 90_000);
