import type { AgentQuestion } from '../../src/domain/simulation/runners/question';

export const question = (more: Partial<AgentQuestion> = {}): AgentQuestion => ({
  ...{ requestKey: 'run/3/seller/0', runId: 'run', agentId: 'seller', tick: 3, round: 0 },
  ...{ world: 'marketplace', worldVersion: 1, view: { day: 4 }, prompt: { system: 's', user: 'u' }, hints: [] },
  ...more,
});
