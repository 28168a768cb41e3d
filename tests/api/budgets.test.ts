import { markSent, reserve, settle } from '../../src/adapters/postgres';
import { budgetId, callKeyOf } from '../../src/domain/kernel/ids';
import { chain, startApi, type ApiUnderTest } from '../support/api';
import { admitted, answered, call } from '../support/ledger';

let under: ApiUnderTest;
beforeAll(async () => {
  under = await startApi();
  await under.api.post('/graphs').send(chain('talk', 2)).expect(201);
});
afterAll(() => under.close());

const set = (body: object) => under.api.post('/budgets').send(body);
const show = (id: string) => under.api.get(`/budgets/${encodeURIComponent(id)}`);

async function spend(runId: string, microUsd: number): Promise<void> {
  const budgets = [budgetId.agent(runId, 'a0')];
  const asked = call(callKeyOf(runId, 'a0', 0), budgets, microUsd, { tenant: 'default', runId, node: 'a0' });
  const own = admitted(await reserve(under.deps.pool, [asked]));
  await markSent(under.deps.pool, own, 60_000);
  await settle(under.deps.pool, [answered(own[0]!, microUsd)]);
}

describe('budgets above runs', () => {
  it('are set, shown with the levels above them, and pay for the runs below', async () => {
    const { body: tenant } = await set({ costBudgetUsd: 10 }).expect(200);
    expect(tenant).toMatchObject({ id: 'tenant:default', level: 'tenant', parentId: null, limitMicroUsd: 10_000_000 });
    await set({ experiment: 'summer', costBudgetUsd: 1 }).expect(200);
    const { body: started } = await under.api.post('/runs').send({ graph: 'talk', experiment: 'summer' }).expect(201);
    await spend(started.runId, 400_000);
    const { body } = await show(`agent:${started.runId}/a0`).expect(200);
    expect(body.items.map(({ level, settledMicroUsd }: Record<string, unknown>) => [level, settledMicroUsd])).toEqual([
      ...[
        ['agent', 400_000],
        ['run', 400_000],
        ['experiment', 400_000],
        ['tenant', 400_000],
      ],
    ]);
    expect((await show('experiment:summer').expect(200)).body.items[0]).toMatchObject({
      ...{ id: 'experiment:default/summer', parentId: 'tenant:default', remainingMicroUsd: 600_000 },
    });
  });

  it('hold when their limit is lowered, and grow when it is raised; below what is spent nothing is set', async () => {
    const { body } = await set({ experiment: 'summer', costBudgetUsd: 0.3 }).expect(422);
    expect(body.problems).toEqual([{ path: 'costBudgetUsd', message: expect.stringContaining('$0.4000') }]);
    expect((await set({ experiment: 'summer', costBudgetUsd: 0.4 }).expect(200)).body.remainingMicroUsd).toBe(0);
    expect((await set({ experiment: 'summer', costBudgetUsd: 2 }).expect(200)).body.limitMicroUsd).toBe(2_000_000);
  });

  it('are listed by id, in pages', async () => {
    await set({ experiment: 'winter', costBudgetUsd: 3 }).expect(200);
    const { body: first } = await under.api.get('/budgets?limit=2').expect(200);
    const { body: second } = await under.api.get(`/budgets?limit=2&cursor=${first.nextCursor}`).expect(200);
    expect([...first.items, ...second.items].map(({ id }: { id: string }) => id)).toEqual([
      ...['experiment:default/summer', 'experiment:default/winter', 'tenant:default'],
    ]);
    expect(second.nextCursor).toBeNull();
  });

  it('a run of an experiment without a budget is refused, and nothing of it is kept', async () => {
    const { body } = await under.api.post('/runs').send({ graph: 'talk', experiment: 'nobody' }).expect(404);
    expect(body.detail).toContain('Budget of experiment "nobody"');
    const { body: odd } = await under.api.post('/runs').send({ graph: 'talk', experiment: 'a/b' }).expect(422);
    expect(odd.problems[0].path).toBe('experiment');
  });

  it('of another tenant are unknown', async () => {
    const other = await under.variant((deps) => ({ ...deps, settings: { ...deps.settings, tenant: 'other' } }));
    await other.api.get('/budgets/tenant%3Adefault').expect(404);
    await other.api.get('/budgets/experiment%3Asummer').expect(404);
    expect((await other.api.get('/budgets').expect(200)).body.items).toEqual([]);
  });

  it('a run that is tried again stays under its experiment', async () => {
    const { body: first } = await under.api.post('/runs').send({ graph: 'talk', experiment: 'winter' }).expect(201);
    const { pool } = under.deps;
    await pool.query(`UPDATE run SET launch = 'closed', status = 'failed', completed_at = now() WHERE id = $1`, [
      first.runId,
    ]);
    const { body: again } = await under.api.post(`/runs/${first.runId}/retry`).send({}).expect(201);
    const { body } = await show(`run:${again.runId}`).expect(200);
    expect(body.items[1]).toMatchObject({ id: 'experiment:default/winter' });
  });
});
