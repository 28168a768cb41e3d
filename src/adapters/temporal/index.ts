export {
  connectTemporal,
  connectTemporalLazily,
  temporalVersion,
  type TemporalAddress,
  type TemporalClient,
} from './connection';
export { cancelWorkflow, startWorkflow, updateWorkflow, workflowOutcome, type WorkflowStart } from './workflows';
