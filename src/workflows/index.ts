/** Every workflow type that workers serve. The names are the wire names in contracts. */
export { agentRun } from './agent-run';
export { runBatch } from './run-batch';
