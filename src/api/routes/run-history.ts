import { runHistorySchema, runParams } from '../../contracts/api.schema';
import { route, type Route } from '../route';
import { runHistory } from '../services/run-history';
import { RUN } from './examples';

const { runId, name } = RUN;
const SHA256 = '2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae';
const STARTED = {
  ...{ eventId: '1', eventTime: RUN.startedAt, eventType: 'EVENT_TYPE_WORKFLOW_EXECUTION_STARTED', taskId: '1' },
  workflowExecutionStartedEventAttributes: { workflowType: { name: 'agentRun' }, attempt: 1 },
};
const HISTORY = {
  ...{ format: 'longhaul-history-1', runId, name, workflowId: `agent-run/default/${name}/${runId}` },
  ...{ closed: true, complete: true, exportedAt: RUN.completedAt },
  code: { version: '0.1.0', workflowBundleSha256: SHA256 },
  configuration: {
    ...{ namespace: 'default', temporalSdk: '1.24.0', node: 'v20.20.0' },
    ...{ graphId: runId, graphVersion: 1, graphSha256: SHA256 },
  },
  executions: [{ temporalRunId: runId, history: { events: [STARTED] } }],
};

export const runHistoryRoutes: readonly Route[] = [
  route({
    method: 'get',
    path: '/runs/{id}/history',
    operationId: 'getRunHistory',
    tag: 'Runs',
    summary: 'The workflow’s history, for `longhaul history replay`',
    description:
      'Of a finished run as it was stored at its end, also after Temporal has forgotten it; before that as Temporal has it now. At most 48 MiB.',
    params: runParams,
    replies: { 200: { description: 'The history.', schema: runHistorySchema, example: HISTORY } },
    errors: ['HistoryUnavailable', 'PayloadMissing', 'PayloadCorrupt'],
    handle: async ({ params: { id } }, { deps, tenant }) => ({
      status: 200,
      bytes: await runHistory(deps, tenant, id),
      headers: { 'content-type': 'application/json' },
    }),
  }),
];
