import { newId, type NewTask, openTask } from '../../adapters/postgres';
import { type IoActivities, taskKeyOf, type TaskState } from '../../contracts/agent-run';
import { LonghaulError } from '../../domain/kernel/errors';
import type { AgentContextLoader } from '../agent-context';
import type { ConversationDeps } from '../llm/conversation';
import { toApplicationFailure } from '../to-application-failure';
import { type TaskInput, taskText } from './task-text';

export interface OpenTaskDeps extends ConversationDeps {
  /** Told when events were written: they may be pushed to live readers. */
  settled(): void;
}

/** Puts a question or an approval where people see it. The key makes it one, however often the node begins again. */
export function createOpenTask(deps: OpenTaskDeps, contexts: AgentContextLoader): IoActivities['openTask'] {
  return async (input) => {
    try {
      const state = await open(deps, contexts, input);
      deps.settled();
      return state;
    } catch (error) {
      throw toApplicationFailure(error);
    }
  };
}

async function open(deps: OpenTaskDeps, contexts: AgentContextLoader, input: TaskInput): Promise<TaskState> {
  const { tenant, runId, node, subject } = input;
  const taskKey = taskKeyOf(node, subject);
  const task: NewTask = {
    ...{ tenant, runId, node, taskKey, id: newId() },
    ...(await taskText(deps, await contexts.load(input), input)),
  };
  const state = await openTask(deps.pool, task);
  if (state === undefined || state === 'cancelled') throw over(runId);
  return { taskKey, state };
}

/** Its workflow was ended from outside; what is left of it asks nobody. */
function over(runId: string): LonghaulError {
  const params = { what: 'Run', id: runId, state: 'over', action: 'asking a person', expected: 'a run that is open' };
  return new LonghaulError('WrongState', params);
}
