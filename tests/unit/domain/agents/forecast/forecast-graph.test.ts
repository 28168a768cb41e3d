import * as fc from 'fast-check';
import { validateGraph } from '../../../../../src/contracts/parse-agent-graph.schema';
import type { AgentFacts, EarlierRuns } from '../../../../../src/domain/agents/forecast/facts';
import { forecastGraph, type FactsByAgent } from '../../../../../src/domain/agents/forecast/forecast-graph';
import { LonghaulError } from '../../../../../src/domain/kernel/errors';
import type { Price } from '../../../../../src/domain/llm/pricing';

/** 1 micro-USD per input token, 2 per output token: sums that a person can follow. */
const PRICE: Price = {
  source: 'test',
  tiers: [
    { fromInputTokens: 0, input: 1_000_000, cachedInput: 1_000_000, cacheWriteInput: 1_000_000, output: 2_000_000 },
  ],
};

function graphOf(...agents: object[]) {
  const { graph, problems } = validateGraph(
    { name: 'priced', agents },
    {
      references: () => ({ names: [], problems: [], warnings: [] }),
      schemaProblem: () => undefined,
      tools: ['lookup', 'calculator'],
    },
  );
  expect(problems).toEqual([]);
  return graph!;
}

const llm = (name: string, more: object = {}) => ({
  ...{ name, promptTemplate: 'Say.', llmConfig: { model: 'm', maxTokens: 100 }, maxRetries: 0 },
  ...more,
});
const facts = (textTokens: number, mentions: Record<string, number> = {}): AgentFacts => ({
  ...{ price: PRICE, textTokens, mentions: new Map(Object.entries(mentions)) },
});
const asJson = { llmConfig: { model: 'm', maxTokens: 100, responseFormat: 'json' } };

function forecast(agents: object[], known: Record<string, AgentFacts>, earlier: Record<string, EarlierRuns> = {}) {
  const found = forecastGraph(graphOf(...agents), new Map(Object.entries(known)), new Map(Object.entries(earlier)));
  return found.agents.map(({ calls, cost }) => [
    [calls.low, calls.expected, calls.worstCase],
    [cost.low, cost.expected, cost.worstCase],
  ]);
}

describe('what an agent costs', () => {
  test('is one call, a tenth or half of maxTokens; at the most all of them with every retry', () => {
    // 40 + 10×2; 40 + 50×2; 4 × (40 + 100×2)
    expect(forecast([llm('a', { maxRetries: 3 })], { a: facts(40) })).toEqual([
      [
        [1, 1, 4],
        [60, 140, 960],
      ],
    ]);
  });

  test('is half in a batch; at the most no batch answers', () => {
    // 40/2 + 10×1; 40/2 + 50×1; 4 × (40 + 100×2)
    expect(forecast([llm('a', { maxRetries: 3, delivery: 'batch' })], { a: facts(40) })).toEqual([
      [
        [1, 1, 4],
        [30, 70, 960],
      ],
    ]);
  });

  test('grows by what its dependencies bring, as often as it names them, and by a re-ask for JSON', () => {
    const agents = [llm('a'), llm('b', { dependencies: ['a'], ...asJson })];
    // (20 + 2×10) + 10×2; (20 + 2×50) + 50×2; opening 20 + 2×100×2 = 420, each of two (420 + 500 + 100×2)
    expect(forecast(agents, { a: facts(40), b: facts(20, { a: 2 }) })[1]).toEqual([
      [1, 1, 2],
      [60, 220, 2_240],
    ]);
  });

  test('grows by tool rounds, each of which is read again', () => {
    // 10 + 20; (10 + 100) + (10 + 50 + 500 + 100); (10 + 200) + (10 + 100 + 16×32,000 + 200)
    expect(forecast([llm('a', { tools: ['lookup'], maxToolRounds: 1 })], { a: facts(10) })).toEqual([
      [
        [1, 2, 2],
        [30, 770, 512_520],
      ],
    ]);
  });

  test('is the mean of earlier runs where there are any, also for who reads its output', () => {
    const agents = [llm('a'), llm('b', { dependencies: ['a'] })];
    const earlier = { a: { runs: 3, calls: 1, inputTokens: 45, outputTokens: 8 } };
    // a: 40 + 8×2; 45 + 8×2; 40 + 100×2. b: (20 + 8) + 10×2; (20 + 8) + 50×2; (20 + 200) + 100×2
    expect(forecast(agents, { a: facts(40), b: facts(20, { a: 1 }) }, earlier)).toEqual([
      [
        [1, 1, 1],
        [56, 61, 240],
      ],
      [
        [1, 1, 1],
        [48, 128, 420],
      ],
    ]);
  });

  test('is never more than its own limit, and says so', () => {
    const graph = graphOf(llm('a', { tools: ['lookup'], maxToolRounds: 1, costLimitUsd: 0.5 }));
    const { agents, total } = forecastGraph(graph, new Map([['a', facts(10)]]), new Map());
    expect(agents[0]).toMatchObject({ limited: true, cost: { low: 30, expected: 770, worstCase: 500_000 } });
    expect(total).toEqual({ low: 30, expected: 770, worstCase: 500_000 });
  });

  test('is nothing without a model; without a price it is not counted, and named', () => {
    const graph = graphOf(llm('a'), { name: 'h', kind: 'human', promptTemplate: 'Well?' }, llm('b'));
    const noPrice = new LonghaulError('UnknownPrice', { model: 'm' });
    const known: FactsByAgent = new Map<string, AgentFacts | LonghaulError>([
      ['a', facts(40)],
      ['b', noPrice],
    ]);
    const { agents, total } = forecastGraph(graph, known, new Map());
    expect(agents.map(({ basis, problem }) => [basis, problem])).toEqual([
      ['assumption', null],
      ['no-model', null],
      ['unpriced', noPrice.message],
    ]);
    expect(total).toEqual({ low: 60, expected: 140, worstCase: 240 });
  });
});

test('low ≤ expected ≤ worst case, for each agent and the whole, in whole micro-dollars', () => {
  const agent = fc.record({
    maxTokens: fc.integer({ min: 1, max: 100_000 }),
    maxRetries: fc.nat(50),
    maxToolRounds: fc.integer({ min: 1, max: 64 }),
    tools: fc.subarray(['lookup', 'calculator']),
    responseFormat: fc.constantFrom('text', 'json'),
    costLimitUsd: fc.double({ min: 0.000001, max: 1_000, noNaN: true }),
    textTokens: fc.nat(200_000),
    times: fc.nat(5),
    earlier: fc.option(
      fc.record({
        runs: fc.integer({ min: 1, max: 20 }),
        calls: fc.integer({ min: 1, max: 200 }),
        inputTokens: fc.nat(5_000_000),
        outputTokens: fc.nat(5_000_000),
      }),
      { nil: undefined },
    ),
  });
  fc.assert(
    fc.property(fc.array(agent, { minLength: 1, maxLength: 6 }), (drawn) => {
      const graph = graphOf(
        ...drawn.map(
          ({ maxTokens, responseFormat, textTokens: _text, times: _times, earlier: _earlier, ...more }, at) =>
            llm(`a${at}`, {
              ...{ ...more, llmConfig: { model: 'm', maxTokens, responseFormat } },
              dependencies: at === 0 ? [] : [`a${at - 1}`],
            }),
        ),
      );
      const known = drawn.map(
        ({ textTokens, times }, at) => [`a${at}`, facts(textTokens, { [`a${at - 1}`]: times })] as const,
      );
      const seen = drawn.flatMap(({ earlier }, at) => (earlier ? [[`a${at}`, earlier] as const] : []));
      const { agents, total } = forecastGraph(graph, new Map(known), new Map(seen));
      for (const { low, expected, worstCase } of [...agents.flatMap(({ cost, calls }) => [cost, calls]), total]) {
        expect([low, expected, worstCase].every(Number.isSafeInteger)).toBe(true);
        expect(low).toBeLessThanOrEqual(expected);
        expect(expected).toBeLessThanOrEqual(worstCase);
      }
    }),
  );
});
