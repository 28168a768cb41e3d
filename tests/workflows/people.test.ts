import { decideTask, getRunEvents, getRunNodes, listTasks, runStatistics } from '../../src/adapters/postgres';
import type { AgentOutput } from '../../src/domain/agents/agent-output';
import { echoAgent, echoGraph } from '../support/graphs';
import { outputOf, startSystem, TENANT, type StartedRun, type System } from '../support/system';
import { until } from '../support/until';

let system: System;
beforeAll(async () => void (system = await startSystem({ workers: ['workflows', 'llm', 'io'] })));
afterAll(() => system.close());
afterEach(() => system.modelServer.setFaults());

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
