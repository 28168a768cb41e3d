import { jsonSchemaProblem } from '../../../src/adapters/json-schema';
import { readReferences } from '../../../src/adapters/templates';
import { BUILT_IN_TOOLS } from '../../../src/domain/tools/built-in';
import { validateGraph } from '../../../src/contracts/parse-agent-graph.schema';

/** The smallest agent that is in order. */
export function agent(name: string, more: Record<string, unknown> = {}): Record<string, unknown> {
  const config = 'llm_config' in more ? {} : { llmConfig: { model: 'scripted-echo' } };
  const prompt = 'prompt_template' in more ? {} : { promptTemplate: 'Do it.' };
  return { name, ...config, ...prompt, ...more };
}

export function graph(agents: unknown[] = [agent('a')], more: Record<string, unknown> = {}): Record<string, unknown> {
  return { name: 'g', agents, ...more };
}

export function validate(raw: unknown) {
  return validateGraph(raw, {
    references: readReferences,
    schemaProblem: jsonSchemaProblem,
    tools: BUILT_IN_TOOLS.map(({ name }) => name),
  });
}

/** `path: message` of every problem, in order. */
export function problemsOf(raw: unknown): string[] {
  return validate(raw).problems.map(({ path, message }) => `${path}: ${message}`);
}

export function warningsOf(raw: unknown): string[] {
  const { problems, warnings } = validate(raw);
  expect(problems).toEqual([]);
  return warnings.map(({ path, message }) => `${path}: ${message}`);
}
