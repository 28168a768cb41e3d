export {
  connectTemporal,
  connectTemporalLazily,
  temporalVersion,
  type TemporalAddress,
  type TemporalClient,
} from './connection';
export { clientOver, failAttempt, resetStickyQueues } from './lost-worker';
export { cancelWorkflow, startWorkflow, updateWorkflow, workflowOutcome, type WorkflowStart } from './workflows';
