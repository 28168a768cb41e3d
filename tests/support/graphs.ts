/** Small graphs for tests, answered by `scripted-echo`. */
export function echoAgent(
  name: string,
  { dependencies = [], says = '', ...more }: { dependencies?: string[]; says?: string } & Record<string, unknown> = {},
) {
  const inputs = dependencies.map((dependency) => `{{ ${dependency}.content }}`).join('\n');
  return {
    name,
    description: `Test agent ${name}.`,
    llmConfig: { model: 'scripted-echo', maxTokens: 50 },
    dependencies,
    promptTemplate: `Agent: ${name}\n${inputs}\n${says}`,
    retryPolicy: { strategy: 'constant_delay', baseDelaySeconds: 0.05 },
    ...more,
  };
}

export function echoGraph(agents: object[], more: object = {}) {
  return { name: 'test-graph', agents, ...more };
}

/** `layers` × `width`, each node after two of the layer above: the shape of the benchmark. */
export function layeredGraph(
  layers: number,
  width: number,
  agent: (index: number) => Record<string, unknown> = () => ({}),
) {
  const agents = Array.from({ length: layers * width }, (_, index) => {
    const column = index % width;
    const above = index - width;
    const dependencies =
      index < width ? [] : [...new Set([`n${above}`, `n${above - column + ((column + 1) % width)}`])];
    return echoAgent(`n${index}`, { dependencies, promptTemplate: `Agent: n${index}`, ...agent(index) });
  });
  return echoGraph(agents, { costBudgetUsd: 10 });
}
