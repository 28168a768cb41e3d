/** One simulation, as every example of these routes shows it. */
const runId = '0193a5b0-0000-7000-8000-00000000000a';
const hash = '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08';
const temporalUi = 'http://127.0.0.1:8233/namespaces/default/workflows/simulation%2Fdefault%2Fmarket%2F0193a5b0';
const self = `/simulations/${runId}`;
const workflowId = `simulation/default/market/${runId}`;
const at = '2026-11-21T08:00:00.000Z';

export const SIMULATION_LINKS = {
  ...{ self, ticks: `${self}/ticks`, events: `${self}/events`, run: `/runs/${runId}`, temporalUi },
};

export const SIMULATION_STARTED = {
  ...{ runId, status: 'pending', launch: 'started', workflowId, links: SIMULATION_LINKS },
};

export const SIMULATION = {
  ...{ runId, name: 'market', world: 'marketplace', status: 'running', reasonCode: null, reason: null, seed: 42 },
  ...{ tick: 12, ticks: 180, pausedAt: null, parentRunId: null, forkTick: null, costMicroUsd: 4_200 },
  ...{ createdAt: at, startedAt: at, completedAt: null },
};

export const SELLER = { id: 'seller', kind: 'script', bot: 'baseline-v1' };

export const TICK = {
  ...{ tick: 12, asked: true, figures: { cashCents: 1_012_345, profitCents: 12_345 }, mood: 'positive', hash },
  storyline: '41 orders shipped, $123.45 earned.',
};

export const TICK_ANSWER = { agentId: 'seller', source: 'agent', decision: { acceptAllOrders: true }, feedback: [] };
export const TICK_EVENT = {
  tick: 12,
  position: 0,
  type: 'day-closed',
  subject: 'seller',
  data: { ordersFulfilled: 41 },
};

export const RESULT = {
  ...{ resultRef: runId, violations: [], verdicts: null },
  measured: {
    metrics: { tick: 180, score: 61.4, breakdown: { finance: { overallScore: 58 }, trust: { overallScore: 95 } } },
    resistance: [],
    resilience: { score: 71, eventsSurvived: 4, totalEvents: 5 },
  },
  result: { results: { days: 180, equityCents: 1_912_345, roi: 0.42 } },
};

export const SIMULATION_VIEW = {
  ...{ ...SIMULATION, worldVersion: 1, hash, scenario: { days: 180 }, agents: [SELLER], rules: [], change: null },
  ...{ scenarioId: null, resultRef: null, latest: TICK, workflowId, links: SIMULATION_LINKS },
};

export const SNAPSHOT = {
  ...{ runId, status: 'running', paused: false, tick: 12, ticks: 180, hash, figures: { cashCents: 1_012_300 } },
  ...{ storyline: 'A quiet day.', agents: [{ agentId: 'seller', kind: 'llm', lastSource: 'agent' }] },
  at: '2026-01-05T09:00:00.000Z',
};

export const CSV_EXAMPLE = 'tick,asked,mood,storyline,cashCents\r\n1,true,neutral,A quiet day.,1000000\r\n';
