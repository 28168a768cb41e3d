import { SELLER, SIMULATION, TICK } from './examples-simulation';

/** One partitioned simulation, as every example of these routes shows it. */
const runId = '0193a5b0-0000-7000-8000-00000000000b';
const self = `/partitioned-simulations/${runId}`;
const workflowId = `partitioned-simulation/default/markets/${runId}`;
const temporalUi = `http://127.0.0.1:8233/namespaces/default/workflows/${encodeURIComponent(workflowId)}`;
const links = { self, progress: `${self}/progress`, events: `/runs/${runId}/events`, temporalUi };
const { createdAt, startedAt, completedAt, pausedAt } = SIMULATION;

export const START_PARTITIONED = {
  ...{ name: 'markets', ticks: 180, agents: [SELLER] },
  partitions: [{ name: 'north' }, { name: 'south', scenario: { demandFactor: 0.8 }, neighbours: ['north'] }],
};

export const PARTITIONED_STARTED = {
  ...{ runId, status: 'pending', launch: 'started', workflowId, links },
  partitions: [{ name: 'north', runId: SIMULATION.runId }],
};

const SUMMARY = {
  ...{ runId, name: 'markets', status: 'running', reasonCode: null, reason: null, ticks: 180, pausedAt },
  ...{ createdAt, startedAt, completedAt },
};

export const PARTITIONED_ITEM = { ...SUMMARY, partitions: ['north'] };

export const PARTITIONED = {
  ...{ ...SUMMARY, tick: 12, costMicroUsd: 4_200, workflowId, links },
  coordination: {
    ...{ barrierEvery: 1, ackTimeoutSeconds: 30, heartbeatSeconds: 5, missedHeartbeatsMax: 3 },
    ...{ maxConcurrentPartitions: 100, partitionsPerRunner: 100 },
  },
  partitions: [
    {
      ...{ name: 'north', runId: SIMULATION.runId, status: 'running', reasonCode: null, reason: null, tick: 12 },
      ...{ hash: TICK.hash, neighbours: ['south'], requires: null, costMicroUsd: 4_200 },
    },
  ],
};

export const PARTITIONED_PROGRESS = {
  ...{ runId, status: 'running' },
  progress: {
    ...{ tick: 12, ticks: 180, percent: 6.6, pausedAt: null },
    partitions: [
      {
        ...{ name: 'north', runId: SIMULATION.runId, status: 'running', tick: 12, standing: 'playing' },
        reason: null,
      },
    ],
  },
  resourceUtilization: {
    ...{ playing: 1, playingMax: 2, calls: 12, inputTokens: 24_000, outputTokens: 1_200, costMicroUsd: 4_200 },
    ...{ costLimitMicroUsd: 10_000_000, cpuMs: 30 },
    runners: [{ taskQueue: 'simulations', partitions: 2, playing: 1, playingMax: 2 }],
  },
  agents: [{ partition: 'north', agentId: 'seller', status: 'running', reason: null, calls: 12, costMicroUsd: 4_200 }],
};
