import { readFileSync } from 'node:fs';
import { getScenario } from '../../src/adapters/postgres';
import { startApi, type ApiUnderTest } from '../support/api';

let under: ApiUnderTest;
beforeAll(async () => void (under = await startApi()));
afterAll(() => under.close());

const month = (scenarioName: string, expectedDuration = 30) => ({
  ...{ scenarioName, difficultyTier: 0, expectedDuration, successCriteria: { survival: true } },
});

describe('scenarios', () => {
  it('are stored, then in the next version, and known again by their content', async () => {
    const first = await under.api.post('/scenarios').send(month('versions')).expect(201);
    expect(first.body).toMatchObject({
      name: 'versions',
      version: 1,
      difficultyTier: 0,
      expectedDuration: 30,
      sellers: 1,
    });
    expect(first.headers.location).toBe('/scenarios/versions?version=1');
    expect((await under.api.post('/scenarios').send(month('versions')).expect(200)).body).toEqual(first.body);
    const next = await under.api.post('/scenarios').send(month('versions', 60)).expect(201);
    expect(next.body).toMatchObject({ version: 2, expectedDuration: 60 });
  });

  it('come as YAML in the spelling of the seed, and are the same under both spellings', async () => {
    const yaml = readFileSync('examples/scenarios/marketplace_ecosystem.yaml', 'utf8');
    const stored = await under.api.post('/scenarios').type('application/yaml').send(yaml).expect(201);
    expect(stored.body).toMatchObject({ name: 'marketplace_ecosystem', sellers: 3 });
    const got = await under.api.get('/scenarios/marketplace_ecosystem').expect(200);
    expect(got.body.definition.businessParameters).toMatchObject({
      feeSchedule: 'marketplace',
      priceArbitration: 'own',
    });
    const same = await under.api.post('/scenarios').send(got.body.definition).expect(200);
    expect(same.body.version).toBe(1);
  });

  it('are got by name, version or id, and 304 says that nothing changed', async () => {
    await under.api.post('/scenarios').send(month('got'));
    const { body } = await under.api.post('/scenarios').send(month('got', 40)).expect(201);
    const latest = await under.api.get('/scenarios/got').expect(200);
    expect(latest.body).toMatchObject({ id: body.id, version: 2 });
    await under.api.get('/scenarios/got').set('if-none-match', latest.headers.etag!).expect(304);
    expect((await under.api.get('/scenarios/got?version=1').expect(200)).body.expectedDuration).toBe(30);
    expect((await under.api.get(`/scenarios/${body.id}`).expect(200)).body.version).toBe(2);
    const missing = await under.api.get('/scenarios/got?version=9').expect(404);
    expect(missing.body.detail).toContain('Scenario "got version 9" does not exist');
  });

  it('belong to their tenant', async () => {
    const { body } = await under.api.post('/scenarios').send(month('mine')).expect(201);
    const { tenant } = under.deps.settings;
    expect(await getScenario(under.deps.pool, tenant, 'mine')).toMatchObject({ scenarioId: body.id });
    expect(await getScenario(under.deps.pool, 'another', 'mine')).toBeUndefined();
    expect(await getScenario(under.deps.pool, 'another', body.id)).toBeUndefined();
  });

  it('are listed once each, over pages', async () => {
    for (const name of ['p-a', 'p-b', 'p-c']) await under.api.post('/scenarios').send(month(name)).expect(201);
    await under.api.post('/scenarios').send(month('p-b', 99)).expect(201);
    const seen: [string, number][] = [];
    for (let cursor: string | null = ''; cursor !== null;) {
      const query: string = cursor === '' ? '' : `&cursor=${cursor}`;
      const page = await under.api.get(`/scenarios?limit=2${query}`).expect(200);
      seen.push(...page.body.items.map((item: { name: string; version: number }) => [item.name, item.version]));
      cursor = page.body.nextCursor;
    }
    expect(seen.filter(([name]) => name.startsWith('p-'))).toEqual([
      ['p-a', 1],
      ['p-b', 2],
      ['p-c', 1],
    ]);
    expect(new Set(seen.map(([name]) => name)).size).toBe(seen.length);
  });

  it('are created once under one Idempotency-Key', async () => {
    const send = (days: number) => under.api.post('/scenarios').set('Idempotency-Key', 'one').send(month('once', days));
    const first = await send(30).expect(201);
    expect((await send(30).expect(201)).body).toEqual(first.body);
    await send(31).expect(422);
  });

  it('are checked without being stored: each problem with its path', async () => {
    const bad = { ...month('unstored'), marketConditions: { demand_facto: 2 }, successCriteria: { profits: 1 } };
    const answer = await under.api.post('/scenarios/validate').send(bad).expect(200);
    expect(answer.body).toEqual({
      valid: false,
      errors: [{ path: 'marketConditions.demand_facto', message: 'Unknown field. Did you mean "demandFactor"?' }],
    });
    expect((await under.api.post('/scenarios').send(bad).expect(422)).body).toMatchObject({
      code: 'InvalidScenario',
      problems: answer.body.errors,
    });
    await under.api.get('/scenarios/unstored').expect(404);
    expect((await under.api.post('/scenarios/validate').send(month('fine')).expect(200)).body).toEqual({
      valid: true,
      errors: [],
    });
  });

  it('that are stored are checked against this program', async () => {
    await under.api.post('/scenarios').send(month('old')).expect(201);
    expect((await under.api.get('/scenarios/old/validate').expect(200)).body).toEqual({ valid: true, errors: [] });
    await under.deps.pool.query(
      `UPDATE scenario SET definition = jsonb_set(definition, '{expectedDuration}', '0') WHERE name = 'old'`,
    );
    expect((await under.api.get('/scenarios/old/validate').expect(200)).body).toEqual({
      valid: false,
      errors: [{ path: 'expectedDuration', message: 'Expected at least 1, got 0.' }],
    });
    await under.api.get('/scenarios/nobody/validate').expect(404);
  });

  it('get the next version each when they come at once', async () => {
    const answers = await Promise.all(
      [1, 2, 3, 4, 5].map((days) => under.api.post('/scenarios').send(month('race', days))),
    );
    expect(answers.map(({ body }) => body.version).sort()).toEqual([1, 2, 3, 4, 5]);
  });
});
