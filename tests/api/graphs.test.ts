import { chain, startApi, type ApiUnderTest } from '../support/api';

let under: ApiUnderTest;
beforeAll(async () => void (under = await startApi()));
afterAll(() => under.close());

describe('definitions', () => {
  it('stores a definition, then the next version, and knows the same content again', async () => {
    const first = await under.api.post('/graphs').send(chain('versions')).expect(201);
    expect(first.body).toMatchObject({ name: 'versions', version: 1, agents: 2, warnings: [] });
    expect(first.headers.location).toBe('/graphs/versions?version=1');
    const same = await under.api.post('/graphs').send(chain('versions')).expect(200);
    expect(same.body).toEqual(first.body);
    const next = await under.api.post('/graphs').send(chain('versions', 3)).expect(201);
    expect(next.body).toMatchObject({ version: 2, agents: 3 });
  });

  it('takes YAML', async () => {
    const yaml =
      'name: from-yaml\nagents:\n  - name: only\n    llm_config: {model: scripted-echo}\n    prompt_template: Hi.\n';
    const stored = await under.api.post('/graphs').type('application/yaml').send(yaml).expect(201);
    const got = await under.api.get(`/graphs/from-yaml`).expect(200);
    expect(got.body).toMatchObject({
      id: stored.body.id,
      definition: { agents: [{ name: 'only', llmConfig: { model: 'scripted-echo' } }] },
    });
  });

  it('gets the latest or a given version, and says 304 to who has it', async () => {
    await under.api.post('/graphs').send(chain('etag'));
    await under.api.post('/graphs').send(chain('etag', 4));
    const latest = await under.api.get('/graphs/etag').expect(200);
    expect(latest.body).toMatchObject({ version: 2 });
    expect(latest.headers.etag).toBe(`"${latest.body.sha256}"`);
    await under.api.get('/graphs/etag').set('if-none-match', `"other", W/"${latest.body.sha256}"`).expect(304);
    const old = await under.api.get('/graphs/etag?version=1').expect(200);
    expect(old.body.definition.agents).toHaveLength(2);
    await under.api.get('/graphs/etag?version=9').expect(404);
    await under.api.get('/graphs/nobody').expect(404);
  });

  it('lists every graph once, over pages', async () => {
    const names = ['p-a', 'p-b', 'p-c', 'p-d', 'p-e'];
    for (const name of names) await under.api.post('/graphs').send(chain(name));
    const seen: string[] = [];
    for (let cursor: string | null = ''; cursor !== null;) {
      const query: string = cursor === '' ? '' : `&cursor=${cursor}`;
      const page = await under.api.get(`/graphs?limit=2${query}`).expect(200);
      seen.push(...page.body.items.map((item: { name: string }) => item.name));
      cursor = page.body.nextCursor;
    }
    expect(seen.filter((name) => name.startsWith('p-'))).toEqual(names);
    expect(new Set(seen).size).toBe(seen.length);
  });

  it('validates without storing', async () => {
    const bad = { ...chain('unstored'), agents: [{ name: 'x', dependencies: ['x'] }] };
    const answer = await under.api.post('/graphs/validate').send(bad).expect(200);
    expect(answer.body.valid).toBe(false);
    expect(answer.body.problems.length).toBeGreaterThan(1);
    const good = await under.api.post('/graphs/validate').send(chain('unstored')).expect(200);
    expect(good.body).toEqual({ valid: true, problems: [], warnings: [] });
    await under.api.get('/graphs/unstored').expect(404);
  });

  it('belongs to its tenant', async () => {
    await under.api.post('/graphs').send(chain('mine'));
    const other = await under.variant((deps) => ({ ...deps, settings: { ...deps.settings, tenant: 'other' } }));
    await other.api.get('/graphs/mine').expect(404);
    expect((await other.api.get('/graphs').expect(200)).body.items).toEqual([]);
  });
});
