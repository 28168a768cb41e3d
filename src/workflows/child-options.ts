import { ChildWorkflowCancellationType, ParentClosePolicy } from '@temporalio/workflow';
import { defineSearchAttributeKey, SearchAttributeType, TypedSearchAttributes } from '@temporalio/common';
import type { StartSpec } from '../contracts/agent-run-start';

/** How a run is started by the workflow that holds it; the same as by the API, but for the parent. */
export function childOptions(spec: StartSpec) {
  return {
    workflowId: spec.workflowId,
    taskQueue: spec.taskQueue,
    args: spec.args,
    // A parent that is terminated, or goes on in a new history, leaves its runs alone, and a run keeps its name for ever.
    parentClosePolicy: ParentClosePolicy.ABANDON,
    workflowIdReusePolicy: 'REJECT_DUPLICATE' as const,
    cancellationType: ChildWorkflowCancellationType.WAIT_CANCELLATION_COMPLETED,
    workflowTaskTimeout: spec.workflowTaskTimeoutMs,
    staticSummary: spec.staticSummary,
    staticDetails: spec.staticDetails,
    typedSearchAttributes: new TypedSearchAttributes(
      Object.entries(spec.searchAttributes).map(([name, value]) => ({
        key: defineSearchAttributeKey(name, SearchAttributeType.KEYWORD),
        value,
      })),
    ),
  };
}
