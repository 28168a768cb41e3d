import { getRunNodes } from '../../../src/adapters/postgres/run-nodes';
import type { ErrorCode } from '../../../src/domain/kernel/errors';
import type { GatewayCall } from '../../../src/gateway';
import { TENANT, violations } from '../../support/ledger';
import { attemptsOf, context, failureOf, startStack, testRun, type Stack } from './support';

let stack: Stack;
beforeAll(async () => void (stack = await startStack()));
afterAll(() => stack.stop());

/** The same server through our client of either wire. */
const WIRES = [
  ['OpenAI', 'scripted-echo'],
  ['Anthropic', 'anthropic:scripted-echo'],
] as const;

function through(model: string, call: GatewayCall): GatewayCall {
  return { ...call, request: { ...call.request, model } };
}

interface Expected {
  code: ErrorCode;
  failureClass: string;
  /** void: nothing was billed; unknown: held at its maximum. */
  state: 'void' | 'unknown';
  params?: Record<string, unknown>;
}

const rejected = (code: ErrorCode, failureClass: string, params?: Record<string, unknown>): Expected => ({
  code,
  failureClass,
  state: 'void',
  params,
});
const unknown = (code: ErrorCode, failureClass: string, params?: Record<string, unknown>): Expected => ({
  code,
  failureClass,
  state: 'unknown',
  params,
});

const ANTHROPIC_ONLY: [string, Expected][] = [['529', rejected('ModelFailed', 'retryable')]];

describe.each(WIRES)('%s: each fault ends in its class and in time, booked as what is known of it', (wire, model) => {
  test.each<[string, Expected]>([
    ['429:retry-after-ms=1500', rejected('ModelFailed', 'retryable-after', { retryAfterMs: 1500 })],
    ['429:retry-after=2', rejected('ModelFailed', 'retryable-after', { retryAfterMs: 2000 })],
    ['429', rejected('ModelFailed', 'retryable')],
    ['spend-cap', rejected('SpendCap', 'spend-cap')],
    ['400', rejected('ModelRefused', 'permanent')],
    ['401', rejected('ModelRefused', 'permanent')],
    ['403', rejected('ModelRefused', 'permanent')],
    ['404', rejected('ModelRefused', 'permanent')],
    ['413', rejected('ModelRefused', 'permanent')],
    ['500', rejected('ModelFailed', 'retryable')],
    ['503', rejected('ModelFailed', 'retryable')],
    ['lost', unknown('ModelFailed', 'retryable')],
    ['no-reply', unknown('ModelFailed', 'retryable')],
    ['cut', unknown('ModelFailed', 'retryable')],
    ['error-event', unknown('ModelFailed', 'retryable')],
    ['no-usage', unknown('ModelFailed', 'retryable')],
    ['bad-body', unknown('ModelFailed', 'unknown')],
    ['usage:input=0', unknown('ModelFailed', 'unknown')],
    ['hang', unknown('AgentTimeout', 'timeout', { deadline: 'headers' })],
    ['slow-headers:ms=30000', unknown('AgentTimeout', 'timeout', { deadline: 'headers' })],
    ['drip:ms=50', unknown('AgentTimeout', 'timeout')],
    ...(wire === 'Anthropic' ? ANTHROPIC_ONLY : []),
  ])('%s', async (fault, { code, failureClass, state, params }) => {
    const { runId, call } = await testRun(stack.pool);
    const started = performance.now();
    await stack.server.setFaults(`${fault}${fault.includes(':') ? ',' : ':'}times=1`);
    const error = await failureOf(stack.gateway().call(through(model, call(0, { timeoutMs: 1500 })), context()), code);
    expect(performance.now() - started).toBeLessThan(4000);
    expect(error.params).toMatchObject({ failureClass, modelFailures: 1, ...params });
    expect(await attemptsOf(stack.pool, `${runId}/%`)).toMatchObject([{ n: 1, state, failure_class: failureClass }]);
    const [node] = await getRunNodes(stack.pool, TENANT, runId);
    expect(node).toMatchObject({ modelFailures: 1, costMicroUsd: 0 });
    expect(node!.reason).toContain(failureClass);
    expect((await stack.server.state()).faults[0]!.fired).toBe(1);

    const again = await stack.gateway().call(through(model, call(0)), context());
    expect(again.source).toBe('paid');
    expect(await attemptsOf(stack.pool, `${runId}/%`)).toMatchObject([
      { n: 1, state },
      { n: 2, state: 'settled' },
    ]);
    expect(await violations(stack.pool)).toEqual([]);
  });
});

describe.each(WIRES)('%s: answers that are complete, billed and of no use are results', (wire, model) => {
  test.each([
    ['refusal', 'refusal'],
    ...(wire === 'OpenAI' ? [['content-filter', 'content_filter']] : []),
    ['bad-json', 'stop'],
    ['empty', 'stop'],
  ])('%s', async (fault, finishReason) => {
    const { runId, call } = await testRun(stack.pool);
    await stack.server.setFaults(`${fault}:times=1`);
    const result = await stack.gateway().call(through(model, call(0)), context());
    expect(result).toMatchObject({ source: 'paid', finishReason });
    expect(await attemptsOf(stack.pool, `${runId}/%`)).toMatchObject([
      { state: 'settled', actual_micro_usd: result.costMicroUsd },
    ]);
  });

  test('cut at maxTokens', async () => {
    await stack.server.setFaults();
    const { call } = await testRun(stack.pool);
    const result = await stack.gateway().call(through(model, call(0, { prompt: '[[tokens: 50]]' })), context());
    expect(result).toMatchObject({ finishReason: 'length', usage: { outputTokens: 20 } });
  });
});

test('a bill above the worst case is booked as an overrun, in full', async () => {
  const { runId, call } = await testRun(stack.pool);
  await stack.server.setFaults('usage:output=100000,times=1');
  const result = await stack.gateway().call(call(0), context());
  const [attempt] = await attemptsOf(stack.pool, `${runId}/%`);
  expect(result.costMicroUsd).toBeGreaterThan(attempt!.estimate_micro_usd);
  expect(attempt!.actual_micro_usd).toBe(result.costMicroUsd);
  const { rows } = await stack.pool.query('SELECT data FROM run_event WHERE run_id = $1 AND type = $2', [
    runId,
    'budget-overrun',
  ]);
  expect(rows).toHaveLength(1);
  expect(await violations(stack.pool)).toEqual([]);
});

test('a 429 makes the siblings wait as long as it asked', async () => {
  const { call } = await testRun(stack.pool);
  const gateway = stack.gateway();
  await stack.server.setFaults('429:retry-after-ms=1200,times=1');
  await failureOf(gateway.call(call(0), context()), 'ModelFailed');
  const began = performance.now();
  await gateway.call(call(1), context());
  expect(performance.now() - began).toBeGreaterThan(1000);
});
