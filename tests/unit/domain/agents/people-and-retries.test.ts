import fc from 'fast-check';
import { answerOutput } from '../../../../src/domain/agents/answer-output';
import { DECISIONS, decisionsFor, HUMAN_TASK_KINDS } from '../../../../src/domain/agents/human-task';
import { AgentRun } from '../../../../src/domain/agents/agent-run';
import { originRunIdOf, type RunPlan, withOrigins } from '../../../../src/domain/agents/run-plan';

const planOf = (names: string[]): RunPlan => ({
  nodes: names.map((name) => ({ name, dependencies: [] })),
  ...{ maxParallelAgents: 10, timeoutSeconds: 60, allowPartialCompletion: true },
});

describe('a person’s answer', () => {
  test('that is a text is content alone; anything else is JSON with its text beside it', () => {
    expect(answerOutput('Yes.', 'ada')).toEqual({
      ...{ content: 'Yes.', toolCalls: [], finishReason: 'stop', model: 'human:ada' },
    });
    expect(answerOutput({ b: 1, a: null }, 'bo')).toMatchObject({
      content: '{"a":null,"b":1}',
      json: { a: null, b: 1 },
    });
    expect(answerOutput(null, 'bo')).toMatchObject({ content: 'null', json: null });
  });

  test('reads back as what was said', () => {
    fc.assert(
      fc.property(fc.jsonValue({ noUnicodeString: true }), (value) => {
        const { content, json } = answerOutput(value, 'ada');
        expect(typeof value === 'string' ? content : JSON.parse(content)).toEqual(JSON.parse(JSON.stringify(value)));
        expect(typeof value === 'string' ? json : JSON.parse(JSON.stringify(json))).toEqual(
          typeof value === 'string' ? undefined : JSON.parse(JSON.stringify(value)),
        );
      }),
    );
  });
});

test('every decision belongs to exactly one kind of task', () => {
  expect(HUMAN_TASK_KINDS.flatMap(decisionsFor).toSorted()).toEqual(Object.keys(DECISIONS).toSorted());
});

describe('a plan with an earlier run behind it', () => {
  const origins = [
    { name: 'a', reusedFromRunId: 'old', originRunId: null },
    { name: 'b', reusedFromRunId: null, originRunId: 'old' },
    { name: 'c', reusedFromRunId: null, originRunId: 'older' },
    { name: 'd', reusedFromRunId: null, originRunId: null },
  ];
  const plan = withOrigins(planOf(['a', 'b', 'c', 'd', 'e']), origins);

  test('reuses, keeps keys, or begins anew, as the rows say', () => {
    expect(plan.nodes.map(({ reused }) => reused)).toEqual([true, undefined, undefined, undefined, undefined]);
    expect(plan.nodes.map((_, index) => originRunIdOf(plan, index))).toEqual([
      undefined,
      'old',
      'older',
      undefined,
      undefined,
    ]);
  });

  test('runs only what is not reused', () => {
    expect(new AgentRun(plan).start()).toEqual([1, 2, 3, 4]);
  });

  test('of no earlier run is the plan itself', () => {
    expect(withOrigins(planOf(['a']), [])).toEqual(planOf(['a']));
  });
});
