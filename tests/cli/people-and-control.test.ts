import {
  budgetRaisedSchema,
  prioritySetSchema,
  runPausedSchema,
  runStartedSchema,
  taskPageSchema,
  taskSchema,
} from '../../src/contracts/api.schema';
import { TOKEN } from '../support/api';
import { echoAgent, echoGraph } from '../support/graphs';
import { startServed, type Served } from '../support/served';
import { longhaulIn } from './longhaul';

/** The commands for what people decide and how they steer, against a real API with real workers. */
let served: Served;
let cli: ReturnType<typeof longhaulIn>;
beforeAll(async () => {
  served = await startServed();
  cli = longhaulIn(served.system.payloadDir, { LONGHAUL_API_URL: served.under.url, LONGHAUL_API_TOKEN: TOKEN });
});
afterAll(() => served.close());

let graphs = 0;
const start = (agents: object[], more: object = {}) =>
  served.start({ ...echoGraph(agents, more), name: `cli-people-${++graphs}` });
const person = (human: object = {}) => ({ name: 'ada', kind: 'human', promptTemplate: 'Yes or no?', human });

it('lists, shows and answers what people are asked', async () => {
  const runId = await start([person()]);
  const { taskId } = await served.asked(runId);
  const page = taskPageSchema.parse(await cli.json('tasks', 'list', '--run', runId));
  expect(page.items).toMatchObject([{ taskId, state: 'open' }]);
  const shown = await cli.run('tasks', 'show', taskId);
  expect(shown).toMatchObject({ code: 0, stdout: expect.stringContaining(`longhaul runs answer ${taskId}`) as string });
  expect((await cli.run('runs', 'answer', taskId)).code).toBe(2);
  expect((await cli.run('runs', 'answer', taskId, '--value', '{"a":')).code).toBe(2);
  const answered = taskSchema.parse(
    await cli.json('runs', 'answer', taskId, 'Yes.', '--by', 'ada', '--comment', 'Clear.'),
  );
  expect(answered).toMatchObject({ state: 'answered', answer: 'Yes.', decidedBy: 'ada', comment: 'Clear.' });
  await served.ended(runId);
  expect(await cli.run('runs', 'answer', taskId, 'No.')).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('answered') as string,
  });
  expect((await cli.run('tasks', 'list', '--run', runId)).stdout).toContain('Nobody is asked anything.');
});

it('answers with a value, approves and rejects', async () => {
  const schema = { type: 'object', required: ['go'] };
  const runId = await start([person({ answerSchema: schema })]);
  const { taskId } = await served.asked(runId);
  expect(await cli.json('runs', 'answer', taskId, '--value', '{"go":true}')).toMatchObject({ answer: { go: true } });
  const guarded = [echoAgent('careful', { approval: { for: 'start' } })];
  const [yes, no] = [await start(guarded), await start(guarded)];
  expect(await cli.json('runs', 'approve', (await served.asked(yes)).taskId)).toMatchObject({ state: 'approved' });
  expect(await cli.json('runs', 'reject', (await served.asked(no)).taskId)).toMatchObject({ state: 'rejected' });
  expect([await served.ended(yes), await served.ended(no)].map(({ status }) => status)).toEqual([
    'completed',
    'failed',
  ]);
  expect((await cli.run('runs', 'result', no)).stdout).toContain('A person did not let "careful" begin.');
});

it('pauses, changes priority and budget, resumes, and tries again', async () => {
  const { modelServer } = served.system;
  await modelServer.setFaults('400:agent=broken');
  await modelServer.hold();
  const runId = await start([echoAgent('first', { priority: 7 }), echoAgent('broken')], { maxParallelAgents: 1 });
  await modelServer.until(({ inFlight }) => inFlight === 1);
  expect(runPausedSchema.parse(await cli.json('runs', 'pause', runId)).paused).toBe(true);
  await modelServer.release();
  await served.when(runId, ({ pausedAt, statistics }) => pausedAt !== null && statistics.completed === 1);
  expect((await cli.run('runs', 'show', runId)).stdout).toContain('running (paused)');
  expect(prioritySetSchema.parse(await cli.json('runs', 'priority', runId, 'broken', '3'))).toMatchObject({
    priority: 3,
  });
  expect((await cli.run('runs', 'priority', runId, 'broken', '11')).code).toBe(2);
  const raised = budgetRaisedSchema.parse(await cli.json('runs', 'budget', runId, '--to', '200'));
  expect(raised.budget.limitMicroUsd).toBe(200_000_000);
  expect((await cli.run('runs', 'retry', runId)).code).toBe(1); // it goes on
  expect(await cli.json('runs', 'resume', runId)).toMatchObject({ paused: false });
  expect((await served.ended(runId)).status).toBe('partially_completed');
  await modelServer.setFaults();
  const again = runStartedSchema.parse(await cli.json('runs', 'retry', runId));
  expect(await served.ended(again.runId)).toMatchObject({
    status: 'completed',
    budget: { limitMicroUsd: 200_000_000 },
  });
});
