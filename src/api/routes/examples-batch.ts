import { RUN } from './examples';

/** Examples of the API document about one batch of one run. */
const ID = '01938f3a-7d00-7000-8000-0123456789ab';

const LINKS = {
  self: `/batches/${ID}`,
  temporalUi: `http://127.0.0.1:8233/namespaces/default/workflows/batch%2Fdefault%2Fmornings%2F${ID}`,
};

export const BATCH_STARTED = {
  ...{ batchId: ID, status: 'pending', launch: 'started', workflowId: `batch/default/mornings/${ID}` },
  ...{ runIds: [RUN.runId], links: LINKS },
};

export const BATCH = {
  ...{ batchId: ID, name: 'mornings', status: 'completed', launch: 'closed', reasonCode: null, reason: null },
  ...{ maxConcurrentRuns: 50, createdAt: RUN.createdAt, startedAt: RUN.startedAt, completedAt: RUN.completedAt },
  statistics: {
    ...{ total: 1, pending: 0, running: 0, completed: 1, partiallyCompleted: 0, failed: 0, cancelled: 0 },
    ...{ totalAgents: 1, completedAgents: 1, totalCostMicroUsd: 175 },
  },
  runs: [{ ...RUN, batchId: ID }],
  links: LINKS,
};
