import type { IoActivities, LlmActivities } from '../contracts/agent-run';
import { createRecordProgress } from './io/record-progress';
import { createCallAgent, type LlmActivityDeps } from './llm/call-agent';

/** The activities of each role, as the worker registers them. */
export function llmActivities(deps: LlmActivityDeps): LlmActivities {
  return { callAgent: createCallAgent(deps) };
}

export function ioActivities(deps: Parameters<typeof createRecordProgress>[0]): Pick<IoActivities, 'recordProgress'> {
  return { recordProgress: createRecordProgress(deps) };
}
