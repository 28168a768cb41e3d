import type { Case } from './cases';

/** The case as a graph that anybody could send: agents of the scripted model, which takes as long as it is told. */
export function definitionOf({ name, durationsMs, dependencies, parallel }: Case) {
  return {
    name: `bench-${name}`,
    maxParallelAgents: parallel,
    costBudgetUsd: 100,
    agents: dependencies.map((indices, index) => ({
      name: nodeName(index),
      description: 'A step of a benchmark.',
      llmConfig: { model: 'scripted-echo', maxTokens: 60 },
      dependencies: indices.map(nodeName),
      promptTemplate: promptOf(index, durationsMs[index]!, indices),
    })),
  };
}

/** Dependencies' outputs are read in any case; one of them is also used, as graphs do. */
function promptOf(index: number, durationMs: number, dependencies: number[]): string {
  const before = dependencies.length > 0 ? `Before: {{ ${nodeName(dependencies[0]!)}.model }}\n` : '';
  const delay = durationMs > 0 ? `[[delay: ${durationMs}]]` : '';
  return `Agent: ${nodeName(index)}\n${before}[[answer: done]]${delay}`;
}

function nodeName(index: number): string {
  return `n${index}`;
}
