/** Examples of the API document that several routes share: one run of one agent, told consistently. */
const ID = '01938f3a-7c00-7000-8000-0123456789ab';

export const RUN_PIN = {
  id: '01938f3a-7b00-7000-8000-0123456789ab',
  name: 'greeting',
  version: 1,
  sha256: '2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae',
};

export const RUN_LINKS = {
  self: `/runs/${ID}`,
  events: `/runs/${ID}/events`,
  graph: `/runs/${ID}/graph`,
  result: `/runs/${ID}/result`,
  temporalUi: `http://127.0.0.1:8233/namespaces/default/workflows/agent-run%2Fdefault%2Fgreeting%2F${ID}`,
};

export const RUN = {
  runId: ID,
  kind: 'agent-run',
  name: 'greeting',
  status: 'completed',
  launch: 'closed',
  batchId: null,
  reasonCode: null,
  reason: null,
  workflowId: `agent-run/default/greeting/${ID}`,
  graphVersion: 1,
  createdAt: '2026-11-20T08:00:00.000Z',
  startedAt: '2026-11-20T08:00:00.100Z',
  completedAt: '2026-11-20T08:00:01.600Z',
  pausedAt: null,
  parentRunId: null,
  totalAgents: 1,
  completedAgents: 1,
  costMicroUsd: 175,
};

export const RUN_STARTED = {
  runId: RUN.runId,
  status: 'pending',
  launch: 'started',
  workflowId: RUN.workflowId,
  graph: RUN_PIN,
  links: RUN_LINKS,
};

export const RUN_AGENT = {
  name: 'greeter',
  status: 'completed',
  reasonCode: null,
  reason: null,
  model: 'scripted-echo',
  calls: 1,
  cassetteHits: 0,
  cassetteMisses: 0,
  modelFailures: 0,
  inputTokens: 42,
  outputTokens: 7,
  costMicroUsd: 175,
  waitingSince: null,
  nextTryAt: null,
  startedAt: '2026-11-20T08:00:00.200Z',
  completedAt: '2026-11-20T08:00:01.500Z',
  outputRef: '01938f3a-7c01-7000-8000-0123456789ab',
  reusedFromRunId: null,
};

export const RUN_STATISTICS = {
  ...{
    totalAgents: 1,
    completed: 1,
    failed: 0,
    running: 0,
    pending: 0,
    cancelled: 0,
    rateLimited: 0,
    budgetExceeded: 0,
    waitingForPeople: 0,
  },
  ...{ totalCalls: 1, cassetteHits: 0, cassetteMisses: 0 },
  ...{ inputTokens: 42, outputTokens: 7, totalTokens: 49, totalCostMicroUsd: 175 },
};

export const RUN_BUDGET = {
  ...{ limitMicroUsd: 100_000_000, settledMicroUsd: 175, reservedMicroUsd: 0, unknownMicroUsd: 0, overrunMicroUsd: 0 },
  remainingMicroUsd: 99_999_825,
};

export const ARTIFACT_HEADER = {
  ref: '01938f3a-7c01-7000-8000-0123456789ab',
  sessionId: '01938f3a-7c00-7000-8000-0123456789ab',
  branchId: 'main',
  stepIdx: 1,
  parentRefs: ['01938f3a-7c00-7000-8000-1123456789ab'],
  type: 'state',
  agentId: 'greeter',
  mime: 'application/json',
  ts: '2026-11-20T08:00:01.000Z',
  tags: ['output'],
  meta: {},
  driver: 'filesystem',
  sha256: '2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae',
  bytes: 120,
  rawBytes: 120,
};
