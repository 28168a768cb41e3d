import type { Lane } from '../bare/shape';
import type { Case } from './cases';

/** The case as a graph that anybody could send: agents of the scripted model, which takes as long as it is told. */
export function definitionOf({ name, durationsMs, dependencies, parallel }: Case, lane: Lane = 'paid') {
  return {
    name: `bench-${lane}-${name}`,
    maxParallelAgents: parallel,
    costBudgetUsd: 100,
    agents: dependencies.map((indices, index) => ({
      name: nodeName(index),
      description: 'A step of a benchmark.',
      dependencies: indices.map(nodeName),
      ...(lane === 'fast' ? scriptOf(indices) : modelOf(index, durationsMs[index]!, indices)),
    })),
  };
}

function modelOf(index: number, durationMs: number, dependencies: number[]) {
  return {
    llmConfig: { model: 'scripted-echo', maxTokens: 60 },
    promptTemplate: promptOf(index, durationMs, dependencies),
  };
}

/** A pure tool, which takes the lane beside the workflow by itself; it uses what came before, as graphs do. */
function scriptOf(dependencies: number[]) {
  const before = dependencies.length > 0 ? `{{ ${nodeName(dependencies[0]!)}.json }}` : '1';
  return { kind: 'script', script: { tool: 'calculator', arguments: { expression: `${before} + 1` } } };
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
