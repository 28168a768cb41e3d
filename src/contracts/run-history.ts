import type { RunHistory } from './wire/run-history.schema';

export interface HistoryParts {
  run: {
    runId: string;
    name: string;
    workflowId: string;
    graphId: string | null;
    graphVersion: number | null;
    graphSha256: string | null;
  };
  workflow: Pick<RunHistory, 'closed' | 'complete' | 'executions'>;
  code: { version: string; workflowBundleSha256: string; temporalSdk: string };
  namespace: string;
  node: string;
  exportedAt: Date;
}

/** The same document whether a run's history is stored or asked for while it goes on. */
export function runHistoryOf({ run, workflow, code, namespace, node, exportedAt }: HistoryParts): RunHistory {
  const { runId, name, workflowId, graphId, graphVersion, graphSha256 } = run;
  const { version, workflowBundleSha256, temporalSdk } = code;
  return {
    ...{ format: 'longhaul-history-1', runId, name, workflowId },
    ...{ closed: workflow.closed, complete: workflow.complete, exportedAt: exportedAt.toISOString() },
    code: { version, workflowBundleSha256 },
    configuration: { namespace, temporalSdk, node, graphId, graphVersion, graphSha256 },
    executions: workflow.executions,
  };
}
