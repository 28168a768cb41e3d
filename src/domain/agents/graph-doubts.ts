import type { Problem } from '../kernel/errors';
import type { Agent, AgentGraph, LlmConfig } from './agent-graph';
import { criticalPath } from './critical-path';
import { pathNodes, planOf } from './run-plan';

/** What is allowed, but most likely a slip of the pen. */
export function doubts(graph: AgentGraph): Problem[] {
  return [...slowestChain(graph), ...graph.agents.flatMap((agent, index) => agentDoubts(agent, index, graph))];
}

function agentDoubts(agent: Agent, index: number, graph: AgentGraph): Problem[] {
  return [
    ...doubt(
      agent.timeoutSeconds > graph.timeoutSeconds,
      `agents[${index}]`,
      `Agent "${agent.name}" may take ${agent.timeoutSeconds} s, but the whole run ends after ${graph.timeoutSeconds} s.`,
    ),
    ...doubt(
      agent.kind === 'llm' && agent.costLimitUsd > graph.costBudgetUsd,
      `agents[${index}]`,
      `Agent "${agent.name}" may cost $${agent.costLimitUsd}, but the whole run only $${graph.costBudgetUsd}.`,
    ),
    ...doubt(
      agent.kind === 'llm' && hasModelTwice(agent.llmConfig),
      `agents[${index}].llmConfig.fallbackModels`,
      `Agent "${agent.name}" names a model twice; a fallback is another one than those before it.`,
    ),
    ...doubt(
      waitsPastTheRun(agent, graph),
      `agents[${index}]`,
      `Agent "${agent.name}" waits for a person without a due time, but the run ends after ${graph.timeoutSeconds} s. Give it dueSeconds, or the run a longer timeoutSeconds.`,
    ),
    ...doubt(
      agent.kind === 'llm' && agent.delivery === 'batch' && graph.timeoutSeconds < PATIENCE_SECONDS,
      `agents[${index}].delivery`,
      `A batch may take a day, but the run ends after ${graph.timeoutSeconds} s. Give it a timeoutSeconds of ${PATIENCE_SECONDS} or more.`,
    ),
    ...doubt(
      agent.kind === 'llm' && agent.delivery !== 'batch' && agent.whenBatchExpires !== undefined,
      `agents[${index}].whenBatchExpires`,
      `Agent "${agent.name}" says what follows when its batch expires, but its delivery is not \`batch\`.`,
    ),
    ...doubt(
      asksSilentlyForJson(agent),
      `agents[${index}].promptTemplate`,
      'The answer must be JSON, but no message says so; OpenAI refuses such requests. Write "Answer with JSON" into the prompt, or give a responseSchema.',
    ),
  ];
}

/** However many agents work at once, a run takes as long as its slowest chain. */
function slowestChain(graph: AgentGraph): Problem[] {
  const path = criticalPath(pathNodes(planOf(graph).nodes)).map((index) => graph.agents[index]!);
  const seconds = path.reduce((sum, agent) => sum + agent.expectedSeconds, 0);
  const names = path.map((agent) => agent.name);
  const shown = names.length <= 8 ? names : [...names.slice(0, 4), `… ${names.length - 7} more …`, ...names.slice(-3)];
  return doubt(
    seconds > graph.timeoutSeconds,
    'timeoutSeconds',
    `The chain ${shown.join(', then ')} is expected to take ${seconds} s, but the run ends after ${graph.timeoutSeconds} s.`,
  );
}

function asksSilentlyForJson(agent: Agent): boolean {
  if (agent.kind !== 'llm') return false;
  const { llmConfig, promptTemplate } = agent;
  if (llmConfig.responseFormat !== 'json' || llmConfig.responseSchema !== undefined) return false;
  return !/json/i.test(promptTemplate.replace(/\.json\b|\btojson\b/g, '') + (llmConfig.system ?? ''));
}

function hasModelTwice({ model, fallbackModels = [] }: LlmConfig): boolean {
  return new Set([model, ...fallbackModels]).size <= fallbackModels.length;
}

/** A person's, and a batch's. */
const PATIENCE_SECONDS = 86_400;

function waitsPastTheRun(agent: Agent, { timeoutSeconds }: AgentGraph): boolean {
  const unbounded = agent.kind === 'human' ? agent.human.dueSeconds === undefined : false;
  const approval = agent.approval !== undefined && agent.approval.dueSeconds === undefined;
  return (unbounded || approval) && timeoutSeconds < PATIENCE_SECONDS;
}

function doubt(holds: boolean, path: string, message: string): Problem[] {
  return holds ? [{ path, message }] : [];
}
