export { activityEnd, startActivity, type ActivityEnd, type ActivityStart } from './activities';
export { codeVersion } from './code-version';
export {
  connectTemporal,
  connectTemporalLazily,
  temporalVersion,
  type TemporalAddress,
  type TemporalClient,
} from './connection';
export { workflowHistory, type WorkflowHistory } from './histories';
export { clientOver, failAttempt, freeWorkflows } from './lost-worker';
export { signalWithStart, signalWorkflow } from './signals';
export {
  cancelWorkflow,
  queryWorkflow,
  startWorkflow,
  updateWorkflow,
  workflowOutcome,
  type Refusal,
  type WorkflowStart,
} from './workflows';
