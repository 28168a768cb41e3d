import { createProviders } from '../../../src/adapters/llm';
import { openBreakers } from '../../../src/adapters/postgres/breakers';
import type { BreakerPolicy } from '../../../src/domain/llm/breaker';
import { attemptsOf, context, failureOf, startStack, testRun, type Stack } from './support';
import { violations } from '../../support/ledger';
import { eventually } from '../../support/until';

let stack: Stack;
beforeAll(async () => void (stack = await startStack()));
afterAll(() => stack.stop());
beforeEach(() => void (stack.logged.length = 0));

const QUICK: BreakerPolicy = { opensAfter: { refused: 2, down: 2 }, probeEveryMs: { refused: 600_000, down: 700 } };
const NOBODY = { openaiBaseUrl: 'http://127.0.0.1:9/v1', anthropicBaseUrl: 'http://127.0.0.1:9' };
const alarms = () => stack.logged.filter((line) => line.startsWith('breaker opened'));
const accepted = async () => (await stack.server.readAccepted()).length;

test('a refused credential raises one alarm; later calls fail at once, unsent, and stored answers are given out', async () => {
  const { runId, call } = await testRun(stack.pool);
  const gateway = stack.gateway({ breakerPolicy: QUICK });
  await stack.server.setFaults();
  const paid = await gateway.call(call(0), context());
  await stack.server.setFaults('401');
  for (const index of [1, 2]) await failureOf(gateway.call(call(index), context()), 'ModelRefused');
  const before = await accepted();
  for (const index of [3, 4, 5]) {
    const error = await failureOf(gateway.call(call(index), context()), 'ProviderPaused');
    expect(error.params).toMatchObject({ provider: 'scripted', model: 'scripted-echo', failures: 2 });
  }
  expect(alarms()).toHaveLength(1);
  expect(await accepted()).toBe(before);
  expect(await gateway.call(call(0), context())).toMatchObject({ source: 'stored', resultRef: paid.resultRef });
  expect(await attemptsOf(stack.pool, `${runId}/a/3`)).toEqual([]);
  await eventually('the breaker is shown', async () =>
    (await openBreakers(stack.pool)).some(({ kind }) => kind === 'refused'),
  );
});

test('an outage is waited for, and one probe ends it for all', async () => {
  const { call } = await testRun(stack.pool);
  const gateway = stack.gateway({ breakerPolicy: QUICK, owner: 'outage' });
  await stack.server.setFaults('503:times=2');
  for (const index of [0, 1]) await failureOf(gateway.call(call(index), context()), 'ModelFailed');
  const ownRows = async () => (await openBreakers(stack.pool)).filter(({ owner }) => owner === 'outage');
  await eventually('the breaker is shown', async () => (await ownRows()).length === 1);
  const results = await Promise.all([2, 3, 4, 5].map((index) => gateway.call(call(index), context())));
  expect(results.map(({ source }) => source)).toEqual(['paid', 'paid', 'paid', 'paid']);
  expect(alarms()).toHaveLength(1);
  expect(stack.logged.filter((line) => line.startsWith('breaker closed'))).toHaveLength(1);
  await eventually('the breaker is gone', async () => (await ownRows()).length === 0);
});

test('a wait that is too long gives the slot back and says why', async () => {
  const { call } = await testRun(stack.pool);
  const gateway = stack.gateway({ breakerPolicy: { ...QUICK, probeEveryMs: { refused: 600_000, down: 600_000 } } });
  await stack.server.setFaults('500:times=2');
  for (const index of [0, 1]) await failureOf(gateway.call(call(index), context()), 'ModelFailed');
  const error = await failureOf(gateway.call(call(2, { maxWaitMs: 300 }), context()), 'ProviderUnreachable');
  expect(error.params).toMatchObject({ provider: 'scripted', waitedFor: 'provider' });
});

describe('fallback models', () => {
  const fallbackModels = ['scripted-erp'];

  test.each([
    ['rejects the request', '400:model=scripted-echo'],
    ['may not spend', 'spend-cap:model=scripted-echo'],
  ])('answer for a model that %s', async (_, fault) => {
    const { runId, call } = await testRun(stack.pool);
    await stack.server.setFaults(fault);
    const result = await stack.gateway().call(call(0, { fallbackModels }), context());
    expect(result).toMatchObject({ source: 'paid', model: 'scripted-erp', fallbackFrom: { model: 'scripted-echo' } });
    expect(result.fallbackFrom!.reason).toContain('scripted-echo: ');
    expect(await attemptsOf(stack.pool, `${runId}/%`)).toMatchObject([
      { n: 1, state: 'void' },
      { n: 2, state: 'settled', actual_micro_usd: result.costMicroUsd },
    ]);
    expect(await violations(stack.pool)).toEqual([]);
    const again = await stack.gateway().call(call(0, { fallbackModels }), context());
    expect(again).toMatchObject({ source: 'stored', resultRef: result.resultRef, model: 'scripted-erp' });
  });

  test('answer for a model that nobody has', async () => {
    const { call } = await testRun(stack.pool);
    await stack.server.setFaults();
    const request = { ...call(0).request, model: 'anthropic:unknown' };
    const result = await stack
      .gateway({ providers: createProviders({ ...NOBODY, modelServerUrl: stack.server.url }) })
      .call(call(0, { request, fallbackModels }), context());
    expect(result).toMatchObject({ model: 'scripted-erp', fallbackFrom: { model: 'anthropic:unknown' } });
  });

  test('answer only when the retries of an overloaded model are used up', async () => {
    const { runId, call } = await testRun(stack.pool);
    const patient = { fallbackModels, retriesExhausted: (failures: number) => failures > 1 };
    await stack.server.setFaults('503:model=scripted-echo');
    const gateway = stack.gateway();
    await failureOf(gateway.call(call(0, patient), context()), 'ModelFailed');
    expect(await gateway.call(call(0, patient), context())).toMatchObject({ model: 'scripted-erp' });
    expect(await attemptsOf(stack.pool, `${runId}/%`)).toMatchObject([{ n: 1 }, { n: 2 }, { n: 3, state: 'settled' }]);
  });

  test('are asked at once while the breaker of the model is open', async () => {
    const { runId, call } = await testRun(stack.pool);
    const gateway = stack.gateway({
      breakerPolicy: { ...QUICK, probeEveryMs: { refused: 600_000, down: 600_000 } },
    });
    await stack.server.setFaults('503:model=scripted-echo');
    for (const index of [0, 1]) await failureOf(gateway.call(call(index), context()), 'ModelFailed');
    const result = await gateway.call(call(2, { fallbackModels }), context());
    expect(result.fallbackFrom!.reason).toContain('its breaker is open');
    expect(await attemptsOf(stack.pool, `${runId}/a/2`)).toMatchObject([{ n: 1, state: 'settled' }]);
  });

  test('do not answer for a model that declines: that is an answer', async () => {
    const { call } = await testRun(stack.pool);
    await stack.server.setFaults('refusal:model=scripted-echo');
    const result = await stack.gateway().call(call(0, { fallbackModels }), context());
    expect(result).toMatchObject({ model: 'scripted-echo', finishReason: 'refusal' });
    expect(result).not.toHaveProperty('fallbackFrom');
  });

  test('the last one fails like any model', async () => {
    const { call } = await testRun(stack.pool);
    await stack.server.setFaults('400');
    await failureOf(stack.gateway().call(call(0, { fallbackModels }), context()), 'ModelRefused');
    await stack.server.setFaults();
  });
});
