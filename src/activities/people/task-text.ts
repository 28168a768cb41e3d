import type { NewTask } from '../../adapters/postgres';
import type { NodeInput, TaskSubject } from '../../contracts/agent-run';
import type { Agent } from '../../domain/agents/agent-graph';
import { assert, present } from '../../domain/kernel/assert';
import { callKeyOf } from '../../domain/kernel/ids';
import { type AgentContext, render } from '../agent-context';
import { type ConversationDeps, storedAnswer } from '../llm/conversation';
import { argumentsOf } from '../tools/judge-call';

const SHOWN_CHARS_MAX = 10_000;

export type TaskInput = NodeInput & { subject: TaskSubject };
export type TaskText = Omit<NewTask, 'tenant' | 'runId' | 'node' | 'taskKey' | 'id'>;

/** What people read: the agent's question, or what they are asked to agree to. */
export async function taskText(deps: ConversationDeps, context: AgentContext, input: TaskInput): Promise<TaskText> {
  const { subject } = input;
  switch (subject.for) {
    case 'question':
      return question(context);
    case 'start':
      return approval(context.agent, `May the agent "${context.agent.name}" begin?`, startDetails(context.agent));
    case 'tool':
      return await toolApproval(deps, context.agent, input, subject);
  }
}

function question(context: AgentContext): TaskText {
  const { agent } = context;
  assert(agent.kind === 'human', `Agent "${agent.name}" is of kind ${agent.kind}; it asks nobody`);
  const { answerSchema, assignee, dueSeconds, remindEverySeconds } = agent.human;
  return {
    kind: 'question',
    prompt: render(context, agent.promptTemplate),
    ...{ answerSchema, assignee, dueSeconds, remindEverySeconds },
  };
}

function approval(agent: Agent, prompt: string, details: Record<string, unknown>): TaskText {
  const { dueSeconds, onTimeout } = present(agent.approval, `Agent "${agent.name}" needs no approval`);
  return { kind: 'approval', prompt, details, onTimeout, dueSeconds };
}

function startDetails({ name, kind, description }: Agent): Record<string, unknown> {
  return { agent: name, kind, description };
}

/** The model's own words stay in its stored answer; the person is shown them, the workflow is not. */
async function toolApproval(
  deps: ConversationDeps,
  agent: Agent,
  input: TaskInput,
  { callIndex, toolIndex }: Extract<TaskSubject, { for: 'tool' }>,
): Promise<TaskText> {
  const callKey = callKeyOf(input.originRunId ?? input.runId, input.node, callIndex);
  const { toolCalls } = await storedAnswer(deps, input.tenant, callKey);
  const call = present(
    toolCalls[toolIndex],
    `Call ${callKey} asks for ${toolCalls.length} tools, not for ${toolIndex}`,
  );
  const details = {
    agent: agent.name,
    tool: call.name,
    arguments: shownArguments(call.argumentsJson),
    callIndex,
    toolIndex,
  };
  return approval(agent, `May the agent "${agent.name}" call the tool "${call.name}"?`, details);
}

/**
 * Arguments that no tool can be called with are shown as they came, as much as anybody reads. JSON that is nested a
 * thousand times, or has NUL in a key, can be parsed, but not stored: the question would be asked for ever.
 */
function shownArguments(argumentsJson: string): unknown {
  const read = argumentsOf(argumentsJson);
  return 'args' in read ? read.args : argumentsJson.slice(0, SHOWN_CHARS_MAX);
}
