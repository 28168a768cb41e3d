import type { IoActivities, LlmActivities } from '../contracts/agent-run';
import { AgentContextLoader } from './agent-context';
import type { BatchActivities } from '../contracts/run-batch';
import { type BatchActivityDeps, createBatchActivities } from './io/batch-members';
import { createRecordProgress } from './io/record-progress';
import { createCallAgent, type LlmActivityDeps } from './llm/call-agent';
import { createCompleteFromAnswer } from './people/complete-from-answer';
import { createOpenTask } from './people/open-task';

export type IoActivityDeps = Omit<LlmActivityDeps, 'gateway'>;

/** The activities of each role, as the worker registers them. */
export function llmActivities(deps: LlmActivityDeps): LlmActivities {
  return { callAgent: createCallAgent(deps) };
}

export function ioActivities(
  deps: IoActivityDeps & BatchActivityDeps,
): Pick<IoActivities, 'recordProgress' | 'openTask' | 'completeFromAnswer'> & BatchActivities {
  const contexts = new AgentContextLoader(deps.pool, deps.payloads);
  return {
    recordProgress: createRecordProgress(deps),
    openTask: createOpenTask(deps, contexts),
    completeFromAnswer: createCompleteFromAnswer(deps, contexts),
    ...createBatchActivities(deps),
  };
}
