import type { PartitionedInput, PartitionedResult } from '../contracts/partitioned-simulation';
import type { SimulationInput, SimulationResult } from '../contracts/simulation';

/** Every workflow type that workers serve. The names are the wire names in contracts. */
export { agentRun } from './agent-run';
export { llmBatch } from './llm-batch';
export { runBatch } from './run-batch';

/**
 * Loaded by the first line of the runs that need it: the worlds are half of the bundle, and every cached agent run would
 * otherwise evaluate and hold them.
 */
export async function simulationRun(input: SimulationInput): Promise<SimulationResult> {
  // eslint-disable-next-line no-restricted-globals -- webpack's; an import() would be a chunk of its own, which a bundle has not
  const loaded = require('./simulation-run') as typeof import('./simulation-run');
  return await loaded.simulationRun(input);
}

/** The same for its coordinator. */
export async function partitionedSimulation(input: PartitionedInput): Promise<PartitionedResult> {
  // eslint-disable-next-line no-restricted-globals -- as above
  const loaded = require('./partitioned-simulation') as typeof import('./partitioned-simulation');
  return await loaded.partitionedSimulation(input);
}
