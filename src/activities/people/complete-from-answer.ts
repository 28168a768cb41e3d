import { getTaskByKey, type HumanTask } from '../../adapters/postgres';
import { completeNode } from '../../adapters/postgres/complete-node';
import { type IoActivities, type NodeCompletion, type NodeInput, taskKeyOf } from '../../contracts/agent-run';
import type { Agent } from '../../domain/agents/agent-graph';
import { answerOutput } from '../../domain/agents/answer-output';
import { assert, present } from '../../domain/kernel/assert';
import { LonghaulError } from '../../domain/kernel/errors';
import type { AgentContext, AgentContextLoader } from '../agent-context';
import type { LlmActivityDeps } from '../llm/call-agent';
import { runArtifact } from '../run-artifact';
import { toApplicationFailure } from '../to-application-failure';

export type CompleteFromAnswerDeps = Pick<LlmActivityDeps, 'pool' | 'payloads' | 'settled'>;

/** What the person said, or the agent's fallback when nobody said anything in time, becomes the node's output. */
export function createCompleteFromAnswer(
  deps: CompleteFromAnswerDeps,
  contexts: AgentContextLoader,
): IoActivities['completeFromAnswer'] {
  return async (input) => {
    try {
      const completion = await complete(deps, await contexts.load(input), input);
      deps.settled();
      return completion;
    } catch (error) {
      throw toApplicationFailure(error);
    }
  };
}

async function complete(
  { pool, payloads }: CompleteFromAnswerDeps,
  { agent, dependencies }: AgentContext,
  input: NodeInput,
): Promise<NodeCompletion> {
  const { tenant, runId, node } = input;
  const taskKey = taskKeyOf(node, { for: 'question' });
  const task = present(await getTaskByKey(pool, tenant, runId, taskKey), `Run ${runId}: nobody was asked ${taskKey}`);
  const by = present(task.decidedBy, `Task ${task.taskId} is ${task.state}; nobody decided it`);
  const output = answerOutput(answerOf(task, agent), by);
  const artifact = {
    ...(await runArtifact(payloads, input, output)),
    parentRefs: dependencies.map(({ ref }) => ref),
    tags: ['output'],
    model: output.model,
    meta: { taskId: task.taskId },
  };
  const completed = { tenant, runId, node, artifacts: [artifact], outputRef: artifact.ref, model: output.model };
  return { outputRef: await completeNode(pool, completed) };
}

/** @throws LonghaulError TaskExpired when nobody answered in time and the agent has no fallback */
function answerOf({ taskId, state, answer }: HumanTask, agent: Agent): unknown {
  if (state === 'answered') return answer;
  assert(state === 'expired' && agent.kind === 'human', `Task ${taskId} of agent "${agent.name}" is ${state}`);
  if (agent.human.fallback !== undefined) return agent.human.fallback;
  throw new LonghaulError('TaskExpired', { agent: agent.name, dueSeconds: agent.human.dueSeconds ?? 0 });
}
