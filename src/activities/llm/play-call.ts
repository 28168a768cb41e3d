import type { FastActivities } from '../../contracts/agent-run';
import type { AgentContextLoader } from '../agent-context';
import { createCallAgent, type LlmActivityDeps } from './call-agent';
import { orMiss } from './or-miss';

/** A call like any other, behind whose gateway is a cassette and nobody else. */
export function createPlayCall(deps: LlmActivityDeps, contexts: AgentContextLoader): FastActivities['playCall'] {
  const callAgent = createCallAgent(deps, contexts);
  return (input) => orMiss(() => callAgent(input));
}
