import { copyFileSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import {
  estimateSchema,
  runEstimateSchema,
  type EstimateView,
  type RunEstimateView,
} from '../../src/contracts/api.schema';
import { chain, TOKEN } from '../support/api';
import { startServed, type Served } from '../support/served';
import { longhaulIn } from './longhaul';

/** Estimates beside what runs really cost, over API and command line, with workers and the model server. */
const EXAMPLE = 'data-passing.yaml';
let served: Served;
let cli: ReturnType<typeof longhaulIn>;
beforeAll(async () => {
  served = await startServed();
  const dir = served.system.payloadDir;
  copyFileSync(join(__dirname, '../../examples/graphs', EXAMPLE), join(dir, EXAMPLE));
  cli = longhaulIn(dir, { LONGHAUL_API_URL: served.under.url, LONGHAUL_API_TOKEN: TOKEN });
});
afterAll(() => served.close());

const example = () =>
  parse(readFileSync(join(__dirname, '../../examples/graphs', EXAMPLE), 'utf8')) as { name: string };
const estimate = async (body: object, status = 200) =>
  (await served.under.api.post('/estimates').send(body).expect(status)).body as EstimateView;
const accuracy = async (runId: string) =>
  (await served.under.api.get(`/runs/${runId}/estimate`).expect(200)).body as RunEstimateView;

/** Low ≤ expected ≤ worst case, of each agent and in all; what it has cost is no more than that. */
function expectBounds(found: RunEstimateView): void {
  for (const { lowMicroUsd, expectedMicroUsd, worstCaseMicroUsd, actualMicroUsd } of [found, ...found.agents]) {
    expect(lowMicroUsd).toBeLessThanOrEqual(expectedMicroUsd);
    expect(expectedMicroUsd).toBeLessThanOrEqual(worstCaseMicroUsd);
    expect(actualMicroUsd).toBeGreaterThan(0);
    expect(actualMicroUsd).toBeLessThanOrEqual(worstCaseMicroUsd);
  }
}

it('says what a run would cost, and afterwards how true that was; earlier runs make it truer', async () => {
  const before = estimateSchema.parse(await cli.json('estimate', EXAMPLE));
  expect(before).toMatchObject({ graph: 'data_passing', version: null, budgetMicroUsd: 5_000_000, unpricedAgents: 0 });
  expect(before.agents.map(({ agent, basis }) => [agent, basis])).toEqual([
    ...[
      ['extract', 'assumption'],
      ['transform', 'assumption'],
      ['report', 'assumption'],
    ],
  ]);

  const first = await served.start(example());
  await served.ended(first);
  const seen = runEstimateSchema.parse(await accuracy(first));
  expectBounds(seen);
  expect(seen).toMatchObject({ status: 'completed', withinWorstCase: true });
  expect(seen.expectedMicroUsd).toBe(before.expectedMicroUsd);
  expect(seen.actualToExpected).toBe(seen.actualMicroUsd / seen.expectedMicroUsd);

  const second = await served.start(example());
  await served.ended(second);
  const again = await accuracy(second);
  expectBounds(again);
  // Same inputs, same answers: what the first run has cost is what the second one costs.
  expect(again).toMatchObject({ expectedMicroUsd: seen.actualMicroUsd, actualToExpected: 1 });
  expect(again.agents.map(({ basis, earlierRuns }) => [basis, earlierRuns])).toEqual(
    again.agents.map(() => ['earlier-runs', 1]),
  );
  expect(await accuracy(first)).toEqual(seen);

  const shown = await cli.run('runs', 'show', second);
  expect(shown.stdout).toMatch(/^Estimate: \$[\d.]+ expected, \$[\d.]+ at the most; actual \$[\d.]+, 1\.00 times/m);
  expect(runEstimateSchema.parse(await cli.json('runs', 'estimate', second))).toEqual(again);
  expect((await cli.run('runs', 'estimate', second)).stdout).toMatch(/^total .*1\.00 times the expected$/ms);
});

it('compares the worst case with the budget', async () => {
  const within = await cli.run('estimate', EXAMPLE);
  expect(within.stdout).toContain('The worst case is within the budget of $5.0000.');
  const beyond = await cli.run('estimate', 'data_passing', '--budget', '0.000001', '--graph-version', '1');
  expect(beyond.stdout).toContain('The worst case exceeds the budget of $0.000001: the run may stop early.');
  expect(await estimate({ graph: 'data_passing', costBudgetUsd: 0.000001 })).toMatchObject({
    ...{ version: 1, budgetMicroUsd: 1, worstCaseExceedsBudget: true },
  });
});

it('names a model without a price, and counts the rest', async () => {
  const definition = chain('half-priced', 2);
  definition.agents[1]!['llmConfig'] = { model: 'nobody-knows-me', maxTokens: 50 };
  const found = await estimate({ definition });
  expect(found).toMatchObject({ unpricedAgents: 1, agents: [{ basis: 'assumption' }, { basis: 'unpriced' }] });
  expect(found.agents[1]!.problem).toContain('nobody-knows-me');
  expect(found.worstCaseMicroUsd).toBe(found.agents[0]!.worstCaseMicroUsd);
});

it('refuses what a run would be refused for, and what is not clear', async () => {
  const { inputs: _inputs, ...definition } = chain('lacking', 2);
  await served.under.api
    .post('/estimates')
    .send({ definition: { name: 'x' } })
    .expect(422);
  const { body } = await served.under.api.post('/estimates').send({ definition }).expect(422);
  expect(body.problems).toMatchObject([{ path: 'inputs.word' }]);
  expect(await estimate({ definition, inputs: { word: 'hi' } })).toMatchObject({ graph: 'lacking' });
  await estimate({ graph: 'data_passing', definition }, 422);
  await estimate({}, 422);
  await estimate({ graph: 'nobody' }, 404);
  expect((await cli.run('estimate', 'missing.yaml')).stderr).toContain('there is no such file');
  await served.under.api.get('/graphs/lacking').expect(404);
});
