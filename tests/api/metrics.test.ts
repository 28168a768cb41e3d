import { PerformanceMonitor } from '../../src/client';
import { ApiClient } from '../../src/client/api-client';
import { chain, startApi, TOKEN, type ApiUnderTest } from '../support/api';

let under: ApiUnderTest;
const ALERTS = [
  { name: 'tokens', metric: 'llm_token_usage', operator: '>', threshold: 1_000, severity: 'critical' },
  { name: 'mails', eventType: 'report-mailed', frequencyThreshold: 2, timeWindowMinutes: 60 },
  { name: 'never', metric: 'llm_token_usage', operator: '<', threshold: 0 },
];
beforeAll(async () => {
  under = await startApi({
    LONGHAUL_ALERTS: JSON.stringify(ALERTS),
    LONGHAUL_MONITORING_INTERVAL_MS: '86400000', // the test looks itself
    LONGHAUL_MONITORING_COST_LIMIT_USD: '2',
  });
});
afterAll(() => under.close());

const look = () => under.deps.telemetry.look(Date.now());
const dashboard = async () => (await under.api.get('/metrics/dashboard').expect(200)).body;

it('is read by Prometheus: text, with runs and costs from the book', async () => {
  await under.api.post('/graphs').send(chain('talk', 1)).expect(201);
  await under.api.post('/runs').send({ graph: 'talk' }).expect(201);
  const { text, headers } = await under.api.get('/metrics').expect(200);
  expect(headers['content-type']).toBe('text/plain; version=0.0.4; charset=utf-8');
  expect(text).toContain('# TYPE longhaul_runs_finished_total counter\n');
  expect(text).toMatch(/^longhaul_runs_finished_total\{status="completed"\} 0$/m);
  expect(text).toMatch(/^longhaul_uptime_seconds \d+(\.\d+)?$/m);
  for (const line of text.trimEnd().split('\n'))
    expect(line).toMatch(/^(# (HELP|TYPE) \w+ .+|\w+(\{.*\})? -?[\d.e+]+)$/);
});

it('shows nothing to strangers', async () => {
  await under.stranger.get('/metrics').expect(401);
});

describe('numbers of programs', () => {
  const monitor = () => new PerformanceMonitor(new ApiClient({ url: under.url, token: TOKEN }));

  it('are recorded with their tags, and the newest of each series is current', async () => {
    await monitor().recordMetric('llm_token_usage', 400, { agent_id: 'Agent1' });
    await monitor().recordMetric('llm_token_usage', 900, { agent_id: 'Agent1' });
    await monitor().recordMetric('llm_token_usage', 50, { agent_id: 'Agent2' });
    await monitor().recordMetric('agent_cpu_utilization', 0.5);
    const current = await monitor().getCurrentMetrics();
    expect(current.map(({ name, value, tags }) => [name, value, tags])).toEqual([
      ['llm_token_usage', 900, { agent_id: 'Agent1' }],
      ['llm_token_usage', 50, { agent_id: 'Agent2' }],
      ['agent_cpu_utilization', 0.5, {}],
    ]);
    const { text } = await under.api.get('/metrics').expect(200);
    expect(text).toContain('longhaul_recorded{metric="llm_token_usage",tag_agent_id="Agent1"} 900\n');
  });

  it('are part of the report, beside the machine’s', async () => {
    await look();
    const report = await monitor().generateReport();
    expect(report.averages).toContainEqual({ name: 'llm_token_usage', value: 650, tags: { agent_id: 'Agent1' } });
    expect(report.latest.map(({ name }) => name)).toContain('cpu_percent');
    expect(report.summary.samples).toBeGreaterThanOrEqual(4);
    expect(report.suggestions).toEqual([...new Set(report.bottlenecks.map(({ suggestion }) => suggestion))]);
  });

  it.each([
    [{ name: 'no spaces', value: 1 }, 'name'],
    [{ name: 'm', value: 'much' }, 'value'],
    [{ name: 'm', value: 1, tags: { 'a-b': 'c' } }, 'tags.a-b'],
    [{ name: 'm', value: 1, tags: { a: 'x'.repeat(129) } }, 'tags.a'],
    [{ name: 'm', value: 1, tags: Object.fromEntries(Array.from({ length: 17 }, (_, n) => [`t${n}`, ''])) }, 'tags'],
  ])('are refused when they cannot be kept: %j', async (body, path) => {
    const answer = await under.api.post('/metrics').send(body).expect(422);
    expect(answer.body.problems).toEqual([expect.objectContaining({ path })]);
  });
});

it('alerts when a number passes its threshold, in the log once per interval', async () => {
  await look();
  expect((await dashboard()).alerts).toEqual([]);
  await under.api.post('/metrics').send({ name: 'llm_token_usage', value: 1_001 }).expect(201);
  await look();
  await look();
  expect((await dashboard()).alerts).toEqual([{ rule: 'tokens', severity: 'critical', found: 1_001, notify: false }]);
  const told = under.logged().split('\n').filter((line) => line.includes('"msg":"alert"')); // prettier-ignore
  expect(told).toHaveLength(1);
  expect(told[0]).toContain('"rule":"tokens"');
});

it('alerts when events are frequent', async () => {
  const happened = () => under.api.post('/system/events').send({ type: 'report-mailed' }).expect(201);
  await happened();
  await look();
  expect((await dashboard()).alerts.map(({ rule }: { rule: string }) => rule)).not.toContain('mails');
  await happened();
  await look();
  expect((await dashboard()).alerts).toContainEqual({ rule: 'mails', severity: 'warning', found: 2, notify: true });
});

it('warns when the installation approaches its cost limit', async () => {
  const cost = async () => (await dashboard()).bottlenecks.filter(({ what }: { what: string }) => what === 'cost');
  expect(await cost()).toEqual([]);
  const spent = { key: 'own:1', model: 'scripted-echo', inputTokens: 1, outputTokens: 1, costMicroUsd: 1_900_000 };
  await under.api.post('/costs').send(spent).expect(200);
  expect(await cost()).toMatchObject([{ finding: 'Approaching the cost limit: $1.90 of $2.00.' }]);
});
