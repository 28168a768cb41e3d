import type { FastActivities, IoActivities, LlmActivities } from '../contracts/agent-run';
import type { CompletionActivities } from '../contracts/completion';
import { AgentContextLoader } from './agent-context';
import type { BatchActivities } from '../contracts/run-batch';
import { type BatchActivityDeps, createBatchActivities } from './io/batch-members';
import { createRecordProgress } from './io/record-progress';
import { createCallAgent, type LlmActivityDeps } from './llm/call-agent';
import { type CompleteDeps, createComplete } from './llm/complete';
import { createPlayCall } from './llm/play-call';
import { createCompleteFromAnswer } from './people/complete-from-answer';
import { createOpenTask } from './people/open-task';
import { createCallTool } from './tools/call-tool';
import { createRunScript } from './tools/run-script';
import type { ToolActivityDeps } from './tools/tool-activity-deps';

export type IoActivityDeps = ToolActivityDeps;
export type FastActivityDeps = ToolActivityDeps & Pick<LlmActivityDeps, 'gateway'>;

/** The activities of each role, as the worker registers them. */
export function llmActivities(deps: LlmActivityDeps & CompleteDeps): LlmActivities & CompletionActivities {
  return {
    callAgent: createCallAgent(deps, new AgentContextLoader(deps.pool, deps.payloads)),
    complete: createComplete(deps),
  };
}

export function ioActivities(deps: IoActivityDeps & BatchActivityDeps): IoActivities & BatchActivities {
  const contexts = new AgentContextLoader(deps.pool, deps.payloads);
  return {
    recordProgress: createRecordProgress(deps),
    callTool: createCallTool(deps, contexts),
    runScript: createRunScript(deps, contexts, 'activity'),
    openTask: createOpenTask(deps, contexts),
    completeFromAnswer: createCompleteFromAnswer(deps, contexts),
    ...createBatchActivities(deps),
  };
}

/** Local activities of the workflows role. */
export function fastActivities(deps: FastActivityDeps): FastActivities {
  const contexts = new AgentContextLoader(deps.pool, deps.payloads);
  return { runScript: createRunScript(deps, contexts, 'fast'), playCall: createPlayCall(deps, contexts) };
}
