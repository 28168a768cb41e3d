import { getRunNodes } from '../../../src/adapters/postgres/run-nodes';
import type { GatewayCall, GatewayResult } from '../../../src/gateway';
import { sums, TENANT, violations } from '../../support/ledger';
import { until } from '../../support/until';
import { attemptsOf, context, failureOf, providerLog, startStack, testRun, type Stack, type TestRun } from './support';

let stack: Stack;
beforeAll(async () => void (stack = await startStack()));
afterAll(() => stack.stop());
beforeEach(async () => {
  await stack.server.release();
  await stack.server.setFaults();
});

const PROMPT = 'the same question [[tokens: 20]]';
const NODES = Array.from({ length: 20 }, (_, index) => `n${String(index).padStart(2, '0')}`);

/** The first call of another agent of the run, which asks the same. */
function callOf({ runId, call }: TestRun, at: number, overrides: Partial<GatewayCall> = {}): GatewayCall {
  const node = NODES[at]!;
  const names = { node, callKey: `${runId}/${node}/0`, budgets: [`agent:${runId}/${node}`, `run:${runId}`] };
  return { ...call(0, { prompt: PROMPT }), ...names, ...overrides };
}

async function billed({ runId }: TestRun): Promise<string[]> {
  return (await providerLog(stack.server)).map(({ attemptKey }) => attemptKey).filter((key) => key.startsWith(runId));
}

test('twenty equal calls at once are one call of the provider, and twenty answers of their own', async () => {
  const run = await testRun(stack.pool, 1_000_000, NODES);
  const gateway = stack.gateway();
  const results = await Promise.all(NODES.map((_, at) => gateway.call(callOf(run, at), context())));
  const payer = `${run.runId}/n00/0`;
  expect(await billed(run)).toEqual([`${payer}#1`]);
  expect(results[0]).toMatchObject({ source: 'paid' });
  expect(results.slice(1)).toMatchObject(Array(19).fill({ source: 'shared', sharedFrom: payer, costMicroUsd: 0 }));
  expect(new Set(results.map(({ resultRef }) => resultRef)).size).toBe(20);
  expect(results.map(({ usage }) => usage)).toEqual(Array(20).fill(results[0]!.usage));
  expect(await sums(stack.pool, `run:${run.runId}`)).toMatchObject({ settled: results[0]!.costMicroUsd, reserved: 0 });
  const { rows } = await stack.pool.query<{ shared: number; artifacts: number }>(
    `SELECT (SELECT count(*) FROM call_result WHERE shared_from = $1 AND cost_micro_usd = 0) AS shared,
            (SELECT count(*) FROM artifact WHERE session_id = $2) AS artifacts`,
    [payer, run.runId],
  );
  expect(rows).toEqual([{ shared: 19, artifacts: 20 }]);
  expect((await getRunNodes(stack.pool, TENANT, run.runId)).map(({ calls }) => calls)).toEqual(Array(20).fill(1));
  expect(gateway.statistics().batches).toMatchObject({ requests: 20, largest: 20, sharedCalls: 19 });
  expect(await violations(stack.pool)).toEqual([]);

  const again = await stack.gateway().call(callOf(run, 7), context());
  expect(again).toMatchObject({ source: 'stored', resultRef: results[7]!.resultRef });
});

test('another temperature, another sample, another scope and another delivery are other calls', async () => {
  const run = await testRun(stack.pool, 1_000_000, NODES);
  const gateway = stack.gateway();
  const { request } = callOf(run, 0);
  const others: Partial<GatewayCall>[] = [
    {},
    { request: { ...request, temperature: 0.7 } },
    { request: { ...request, sample: 2 } },
    { shareWithin: 'another experiment' },
    { delivery: 'background' },
  ];
  const results = await Promise.all(
    NODES.slice(0, 10).map((_, at) => gateway.call(callOf(run, at, others[at % 5]), context())),
  );
  expect(results.map(({ source }) => source)).toEqual([...Array(5).fill('paid'), ...Array(5).fill('shared')]);
  expect(results.slice(5).map(({ sharedFrom }) => sharedFrom)).toEqual(
    NODES.slice(0, 5).map((node) => `${run.runId}/${node}/0`),
  );
  expect(await billed(run)).toHaveLength(5);
});

test('what the provider refuses is an error of each of them, in its class and counted once each', async () => {
  const run = await testRun(stack.pool, 1_000_000, NODES);
  await stack.server.setFaults('500:times=1');
  const gateway = stack.gateway();
  const errors = await Promise.all(
    NODES.slice(0, 3).map((_, at) => failureOf(gateway.call(callOf(run, at), context()), 'ModelFailed')),
  );
  const keys = NODES.slice(0, 3).map((node) => `${run.runId}/${node}/0`);
  expect(errors.map(({ params }) => params['callKey'])).toEqual(keys);
  expect(new Set(errors.map(({ params }) => params['failureClass'])).size).toBe(1);
  expect(errors.map(({ params }) => params['modelFailures'])).toEqual([1, 1, 1]);
  expect((await attemptsOf(stack.pool, `${run.runId}/%`)).map(({ call_key }) => call_key)).toEqual([keys[0]]);
  // Tried again, each for itself or together, they are answered.
  const results = await Promise.all(NODES.slice(0, 3).map((_, at) => gateway.call(callOf(run, at), context())));
  expect(results.map(({ source }) => source)).toEqual(['paid', 'shared', 'shared']);
});

test('the budget of the one that would pay is its own affair: the next one pays', async () => {
  const run = await testRun(stack.pool, 1_000_000, NODES);
  await stack.pool.query('UPDATE budget SET limit_micro_usd = 1 WHERE id = $1', [`agent:${run.runId}/n00`]);
  const gateway = stack.gateway();
  const [refused, ...others] = NODES.slice(0, 4).map((_, at) => gateway.call(callOf(run, at), context()));
  await failureOf(refused!, 'BudgetExceeded');
  expect((await Promise.all(others)).map(({ source }) => source)).toEqual(['paid', 'shared', 'shared']);
});

describe('an open breaker', () => {
  const breakerPolicy = { opensAfter: { refused: 1, down: 1 }, probeEveryMs: { refused: 600_000, down: 700 } };

  test('of a refused credential fails each of them by itself, at once and unsent', async () => {
    const run = await testRun(stack.pool, 1_000_000, NODES);
    const gateway = stack.gateway({ breakerPolicy });
    await stack.server.setFaults('401:times=1');
    await failureOf(gateway.call(run.call(1), context()), 'ModelRefused');
    const errors = await Promise.all(
      NODES.slice(0, 4).map((_, at) => failureOf(gateway.call(callOf(run, at), context()), 'ProviderPaused')),
    );
    expect(errors.map(({ params }) => params['callKey'])).toEqual(
      NODES.slice(0, 4).map((node) => `${run.runId}/${node}/0`),
    );
    expect((await attemptsOf(stack.pool, `${run.runId}/%`)).map(({ call_key }) => call_key)).toEqual([
      `${run.runId}/n00/1`,
    ]);
  });

  test('of an outage holds them together, and the probe of the one that pays answers all', async () => {
    const run = await testRun(stack.pool, 1_000_000, NODES);
    const gateway = stack.gateway({ breakerPolicy });
    await stack.server.setFaults('503:times=1');
    await failureOf(gateway.call(run.call(1), context()), 'ModelFailed');
    const results = await Promise.all(NODES.slice(0, 4).map((_, at) => gateway.call(callOf(run, at), context())));
    expect(results.map(({ source }) => source)).toEqual(['paid', 'shared', 'shared', 'shared']);
    expect(await violations(stack.pool)).toEqual([]);
  });

  test('of a long outage gives each of them back with the reason', async () => {
    const run = await testRun(stack.pool, 1_000_000, NODES);
    const probeEveryMs = { refused: 600_000, down: 600_000 };
    const gateway = stack.gateway({ breakerPolicy: { ...breakerPolicy, probeEveryMs } });
    await stack.server.setFaults('503:times=1');
    await failureOf(gateway.call(run.call(1), context()), 'ModelFailed');
    const answers = NODES.slice(0, 3).map((_, at) => gateway.call(callOf(run, at, { maxWaitMs: 300 }), context()));
    const errors = await Promise.all(answers.map((answer) => failureOf(answer, 'ProviderUnreachable')));
    expect(errors.map(({ params }) => params['waitedFor'])).toEqual(['provider', 'provider', 'provider']);
  });
});

/** Three equal calls whose one request the provider holds; each can be cancelled. */
async function heldTogether() {
  const run = await testRun(stack.pool, 1_000_000, NODES);
  await stack.server.hold();
  const gateway = stack.gateway();
  const cancels = [0, 1, 2].map(() => new AbortController());
  const answers = cancels.map(({ signal }, at) => {
    const answer: Promise<GatewayResult | string> = gateway
      .call(callOf(run, at), context(signal))
      .catch((error: Error) => error.message);
    return answer;
  });
  await stack.server.until(({ held }) => held === 1);
  const cancel = (at: number) => cancels[at]!.abort(new Error(`${at} was cancelled`));
  return { run, answers, cancel };
}

test.each([
  ['the one that pays', 0],
  ['one that shares', 2],
])('cancelled: %s leaves at once, and the others are answered', async (_, at) => {
  const { run, answers, cancel } = await heldTogether();
  cancel(at);
  expect(await answers[at]).toBe(`${at} was cancelled`);
  await stack.server.release();
  const others = await Promise.all(answers.filter((__, other) => other !== at));
  expect(others.every((other) => typeof other === 'object')).toBe(true);
  expect(await billed(run)).toHaveLength(1);
  expect(await violations(stack.pool)).toEqual([]);
});

test('cancelled: when the last of them leaves, the request is cut and held at its maximum', async () => {
  const { run, answers, cancel } = await heldTogether();
  [1, 0, 2].forEach(cancel);
  expect(await Promise.all(answers)).toEqual(['0 was cancelled', '1 was cancelled', '2 was cancelled']);
  await stack.server.until(({ held }) => held === 0);
  await stack.server.release();
  const state = async () => (await attemptsOf(stack.pool, `${run.runId}/%`)).map((row) => row.state);
  expect(await state()).toEqual(['unknown']);
});

test('stop answers whoever still waits for others', async () => {
  const run = await testRun(stack.pool, 1_000_000, NODES);
  const gateway = stack.gateway();
  const answers = NODES.slice(0, 5).map((_, at) => gateway.call(callOf(run, at, { shareWithin: `${at}` }), context()));
  await gateway.stop();
  expect(gateway.inFlight).toBe(0);
  expect((await Promise.all(answers)).map(({ source }) => source)).toEqual(Array(5).fill('paid'));
});

describe('equal calls whose payer waits for a permit', () => {
  /** One permit for all, which another call has until it is released. */
  async function taken() {
    const run = await testRun(stack.pool, 1_000_000, NODES);
    const gateway = stack.gateway({}, { concurrent: 1 });
    await stack.server.hold();
    const first = gateway.call(run.call(1), context());
    await stack.server.until(({ held }) => held === 1);
    return { run, gateway, first };
  }

  test('are each bounded by their own deadline: who may wait longer is answered', async () => {
    const { run, gateway, first } = await taken();
    const payer = gateway.call(callOf(run, 0, { maxWaitMs: 20_000 }), context());
    const patient = gateway.call(callOf(run, 1, { maxWaitMs: 20_000 }), context());
    await failureOf(gateway.call(callOf(run, 2, { maxWaitMs: 300 }), context()), 'RateLimited');
    await stack.server.release();
    expect((await Promise.all([first, payer, patient])).map(({ source }) => source)).toEqual([
      'paid',
      'paid',
      'shared',
    ]);
    expect(await violations(stack.pool)).toEqual([]);
  });

  test('do not wait one after the other: the time of the one that pays is theirs, too', async () => {
    const { run, gateway, first } = await taken();
    const maxWaitMs = 1_200;
    const began = performance.now();
    await Promise.all(
      NODES.slice(0, 10).map((_, at) =>
        failureOf(gateway.call(callOf(run, at, { maxWaitMs }), context()), 'RateLimited'),
      ),
    );
    // One after the other would be twelve seconds.
    expect(performance.now() - began).toBeLessThan(5 * maxWaitMs);
    await stack.server.release();
    await first;
    expect(await sums(stack.pool, `run:${run.runId}`)).toMatchObject({ reserved: 0, unknown: 0 });
  });

  test('show the wait of the one that pays as their own', async () => {
    const { run, gateway, first } = await taken();
    const answers = [0, 1].map((at) => gateway.call(callOf(run, at), context()));
    const reasons = async () =>
      (await getRunNodes(stack.pool, TENANT, run.runId)).slice(0, 2).map((node) => node.reason);
    const waits = 'Waits for limit concurrent requests.';
    await until(reasons, (shown) => shown.every((reason) => reason === waits));
    await stack.server.release();
    await Promise.all([first, ...answers]);
  });
});
