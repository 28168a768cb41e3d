import { ApplicationFailure } from '@temporalio/common';
import type { FastActivities } from '../../contracts/agent-run';
import type { AgentContextLoader } from '../agent-context';
import { createCallAgent, type LlmActivityDeps } from './call-agent';

/** A call like any other, behind whose gateway is a cassette and nobody else. */
export function createPlayCall(deps: LlmActivityDeps, contexts: AgentContextLoader): FastActivities['playCall'] {
  const callAgent = createCallAgent(deps, contexts);
  return async (input) => {
    try {
      return await callAgent(input);
    } catch (error) {
      if (!(error instanceof ApplicationFailure) || error.type !== 'CassetteMiss') throw error;
      return { outcome: 'miss', detail: error.message };
    }
  };
}
