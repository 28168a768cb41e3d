import { readReferences } from '../../../../src/adapters/templates';
import type { Agent, AgentGraph } from '../../../../src/domain/agents/agent-graph';
import { missingInputs } from '../../../../src/domain/agents/missing-inputs';
import { withParameters } from '../../../../src/domain/agents/run-parameters';

const graphOf = (templates: string[], inputs: Record<string, unknown> = {}) =>
  ({
    name: 'g',
    agents: templates.map(
      (promptTemplate, index) => ({ name: `a${index}`, promptTemplate, templateSyntax: 'jinja' }) as Agent,
    ),
    inputs,
    costBudgetUsd: 1,
    maxParallelAgents: 2,
    timeoutSeconds: 3,
  }) as AgentGraph;

describe('inputs that nobody brings', () => {
  it.each([
    ['is read', ['{{ inputs.date }}'], {}, ['inputs.date']],
    ['is there', ['{{ inputs.date }}'], { date: null }, []],
    ['has a default', ['{{ inputs.date | default("today") }}'], {}, []],
    ['is tested and then read', ['{% if inputs.date is defined %}{{ inputs.date }}{% endif %}'], {}, []],
    ['is an inherited member', ['{{ inputs.toString }}'], {}, ['inputs.toString']],
    ['is read by two', ['{{ inputs.a }}', '{{ inputs.a }}{{ inputs.b }}'], {}, ['inputs.a', 'inputs.b']],
  ])('an input that %s', (_what, templates, inputs, expected) => {
    expect(missingInputs(graphOf(templates, inputs), readReferences).map(({ path }) => path)).toEqual(expected);
  });

  it('names the agents, but not all of a thousand', () => {
    const [problem] = missingInputs(graphOf(Array<string>(5).fill('{{ inputs.x }}')), readReferences);
    expect(problem!.message).toContain('"a0", "a1", "a2" and 2 more');
  });
});

describe('parameters of a run', () => {
  it('go over what the graph says, input by input', () => {
    const graph = graphOf(['x'], { kept: 1, replaced: 1 });
    const run = withParameters(graph, { inputs: { replaced: 2, added: 3 }, maxParallelAgents: 9 });
    expect(run).toMatchObject({
      inputs: { kept: 1, replaced: 2, added: 3 },
      maxParallelAgents: 9,
      costBudgetUsd: 1,
      timeoutSeconds: 3,
    });
    expect(graph.inputs).toEqual({ kept: 1, replaced: 1 });
  });
});
