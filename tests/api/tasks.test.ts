import { randomUUID } from 'node:crypto';
import { connectTemporalLazily } from '../../src/adapters/temporal';
import type { Task } from '../../src/contracts/api.schema';
import { echoAgent, echoGraph } from '../support/graphs';
import { startServed, type Served } from '../support/served';
import { until } from '../support/until';

let served: Served;
beforeAll(async () => void (served = await startServed()));
afterAll(() => served.close());

let graphs = 0;
const person = (human: object = {}) => ({ name: 'ada', kind: 'human', promptTemplate: 'Yes or no?', human });
const ask = async (agents: object[] = [person()]) => {
  const runId = await served.start({ ...echoGraph(agents), name: `tasks-${++graphs}` });
  return { runId, task: await served.asked(runId) };
};
const guarded = () => ask([echoAgent('careful', { approval: { for: 'start' } })]);
const decide = (task: Task, body: object) => served.under.api.post(`/tasks/${task.taskId}/decision`).send(body);
const shown = async (task: Task) => (await served.under.api.get(`/tasks/${task.taskId}`).expect(200)).body as Task;

describe('a decision', () => {
  it('answers a question, and the run goes on with it', async () => {
    const { runId, task } = await ask();
    expect(task).toMatchObject({
      kind: 'question',
      state: 'open',
      prompt: 'Yes or no?',
      answer: null,
      delivered: false,
    });
    expect((await served.run(runId)).statistics).toMatchObject({ waitingForPeople: 1, running: 1 });
    const { body } = await decide(task, { decision: 'answer', answer: 'Yes.', comment: 'Clear.', by: 'ada' }).expect(
      200,
    );
    expect(body).toMatchObject({
      state: 'answered',
      answer: 'Yes.',
      comment: 'Clear.',
      decidedBy: 'ada',
      delivered: true,
    });
    expect(await served.ended(runId)).toMatchObject({ status: 'completed', statistics: { waitingForPeople: 0 } });
    const { body: result } = await served.under.api.get(`/runs/${runId}/result`).expect(200);
    expect(result.outputs.ada).toMatchObject({ model: 'human:ada', output: { content: 'Yes.' } });
  });

  it('is made once: the same again is answered alike, another is refused with the state', async () => {
    const { runId, task } = await guarded();
    const first = await decide(task, { decision: 'approve' }).expect(200);
    expect(first.body).toMatchObject({ state: 'approved', decidedBy: 'operator' });
    const again = await decide(task, { decision: 'approve', comment: 'As I said.' }).expect(200);
    expect(again.body).toMatchObject({ state: 'approved', decidedAt: first.body.decidedAt, comment: null });
    const { body } = await decide(task, { decision: 'reject' }).expect(409);
    expect(body).toMatchObject({ code: 'WrongState', detail: expect.stringContaining('approved') });
    await served.ended(runId);
  });

  it('of fifty at once is one', async () => {
    const { runId, task } = await guarded();
    const answers = await Promise.all(
      Array.from({ length: 50 }, (_, index) => decide(task, { decision: index % 2 ? 'approve' : 'reject' })),
    );
    const { state } = await shown(task);
    const expected = state === 'approved' ? [409, 200] : [200, 409];
    expect(answers.map(({ status }) => status)).toEqual(answers.map((_, index) => expected[index % 2]));
    await served.ended(runId);
  });

  it('honours Idempotency-Key', async () => {
    const { runId, task } = await ask();
    const key = randomUUID();
    const send = (answer: string) => decide(task, { decision: 'answer', answer }).set('idempotency-key', key);
    const first = await send('Yes.').expect(200);
    const replay = await send('Yes.').expect(200);
    expect(replay.body).toEqual(first.body);
    expect(replay.headers['idempotency-replayed']).toBe('true');
    expect((await send('No.').expect(422)).body.code).toBe('IdempotencyKeyReused');
    await served.ended(runId);
  });

  it('that came while Temporal was away is kept, and delivered later', async () => {
    const { runId, task } = await ask();
    const away = connectTemporalLazily({ address: '127.0.0.1:1', namespace: 'default' });
    const down = await served.under.variant((deps) => ({ ...deps, temporal: away }));
    const { body } = await down.api
      .post(`/tasks/${task.taskId}/decision`)
      .send({ decision: 'answer', answer: 'Later.' });
    expect(body).toMatchObject({ state: 'answered', delivered: false });
    expect(await served.ended(runId)).toMatchObject({ status: 'completed' });
    await until(
      () => shown(task),
      ({ delivered }) => delivered,
    );
    await away.close();
  });

  it.each<[string, object, string]>([
    ['nothing', {}, 'decision'],
    ['a word that is none', { decision: 'maybe' }, 'decision'],
    ['an approval of a question', { decision: 'approve' }, 'decision'],
    ['an answer that is missing', { decision: 'answer' }, 'answer'],
    ['another type than the schema says', { decision: 'answer', answer: 'seven' }, 'answer'],
    ['a number out of bounds', { decision: 'answer', answer: { score: 11 } }, 'answer'],
    ['a member too many', { decision: 'answer', answer: { score: 7, and: 1 } }, 'answer'],
    ['too many bytes', { decision: 'answer', answer: { score: 7, why: 'x'.repeat(300_000) } }, 'answer'],
    ['text that cannot be stored', { decision: 'answer', answer: { score: 7, why: 'a\u0000b' } }, 'answer.why'],
    ['no name', { decision: 'answer', answer: { score: 7 }, by: '' }, 'by'],
    ['a comment without end', { decision: 'answer', answer: { score: 7 }, comment: 'x'.repeat(5_000) }, 'comment'],
    ['an unknown field', { decision: 'answer', answer: { score: 7 }, state: 'approved' }, 'state'],
  ])('is refused when it is %s, and the task stays open', async (_what, body, path) => {
    const { task } = (strict ??= await ask([person({ answerSchema: SCORE })]));
    const { body: problem } = await decide(task, body).expect(422);
    expect(problem.problems.map((found: { path: string }) => found.path)).toContain(path);
    expect(await shown(task)).toMatchObject({ state: 'open', answer: null });
  });
  const SCORE = {
    type: 'object',
    properties: { score: { type: 'integer', maximum: 10 }, why: { type: 'string' } },
    required: ['score'],
    additionalProperties: false,
  };
  let strict: Awaited<ReturnType<typeof ask>> | undefined;

  it('with a value of the schema becomes JSON that others read', async () => {
    const { runId, task } = await ask([person({ answerSchema: SCORE })]);
    await decide(task, { decision: 'answer', answer: { score: 7 } }).expect(200);
    await served.ended(runId);
    const { body: result } = await served.under.api.get(`/runs/${runId}/result`).expect(200);
    expect(result.outputs.ada.output).toMatchObject({ json: { score: 7 }, content: '{"score":7}' });
  });
});

describe('lists', () => {
  it('show tasks by state and run, newest first, over pages', async () => {
    const { runId, task } = await ask([person(), { ...person(), name: 'bo' }]);
    const list = async (query: string) => (await served.under.api.get(`/tasks?${query}`).expect(200)).body;
    await until(
      () => list(`run=${runId}`),
      ({ items }) => items.length === 2,
    );
    const first = await list(`run=${runId}&limit=1`);
    const second = await list(`run=${runId}&limit=1&cursor=${first.nextCursor}`);
    expect([...first.items, ...second.items].map(({ node }: Task) => node).sort()).toEqual(['ada', 'bo']);
    expect(second.nextCursor).toBeNull();
    await decide(task, { decision: 'answer', answer: 'Yes.' }).expect(200);
    expect((await list(`run=${runId}&state=open`)).items).toHaveLength(1);
    expect((await list(`run=${runId}&state=answered`)).items).toMatchObject([{ taskId: task.taskId }]);
    await served.under.api.get('/tasks?state=lost').expect(422);
    await served.under.api.get('/tasks?cursor=bm90aGluZw').expect(422);
  });

  it('are another tenant’s to no one', async () => {
    const { runId, task } = await ask();
    const other = await served.under.variant((deps) => ({ ...deps, settings: { ...deps.settings, tenant: 'other' } }));
    await other.api.get(`/tasks/${task.taskId}`).expect(404);
    await other.api.get(`/runs/${runId}/tasks`).expect(404);
    await other.api.post(`/tasks/${task.taskId}/decision`).send({ decision: 'answer', answer: 'Mine.' }).expect(404);
    for (const path of ['pause', 'resume', 'retry', 'priority', 'budget'])
      await other.api
        .post(`/runs/${runId}/${path}`)
        .send(BODIES[path] ?? {})
        .expect(404);
    expect((await other.api.get('/tasks').expect(200)).body.items).toEqual([]);
    await served.under.api.get(`/tasks/${randomUUID()}`).expect(404);
  });
  const BODIES: Record<string, object> = { priority: { node: 'ada', priority: 3 }, budget: { costBudgetUsd: 5 } };
});
