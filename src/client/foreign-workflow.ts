import type { GraphView, RunView } from '../contracts/api.schema';
import type { AgentGraph, Agent as StoredAgent } from '../domain/agents/agent-graph';
import { Agent } from './agent';
import { RetryPolicy } from './retry-policy';
import { Workflow } from './workflow';

/** A workflow that another program has registered, from its stored definition. */
export function workflowOfGraph({ definition }: GraphView): Workflow {
  const graph = definition as unknown as AgentGraph;
  return new Workflow({
    name: graph.name,
    description: graph.description,
    agents: graph.agents.map(agentOf),
    maxParallelAgents: graph.maxParallelAgents,
    costBudget: graph.costBudgetUsd,
    timeout: graph.timeoutSeconds,
    allowPartialCompletion: graph.allowPartialCompletion,
    inputs: graph.inputs,
  });
}

/** A run of which only its id is known: its agents by name, for their states. */
export function workflowOfRun({ name, agents }: RunView): Workflow {
  const agentNamed = (agent: RunView['agents'][number]) =>
    new Agent({ name: agent.name, llmConfig: { model: agent.model ?? '' }, promptTemplate: '' });
  return new Workflow({ name, agents: agents.map(agentNamed) });
}

function agentOf(agent: StoredAgent): Agent {
  const { name, module, description, dependencies, priority, maxRetries, timeoutSeconds, costLimitUsd } = agent;
  const { baseDelaySeconds, maxDelaySeconds, ...waits } = agent.retryPolicy;
  return new Agent({
    ...{ name, module, description, dependencies, priority, maxRetries },
    ...{ timeout: timeoutSeconds, costLimit: costLimitUsd, templateSyntax: agent.templateSyntax },
    ...(agent.kind === 'llm' ? { tools: agent.tools } : {}),
    llmConfig: agent.kind === 'llm' ? agent.llmConfig : { model: '' },
    promptTemplate: agent.kind === 'script' ? '' : agent.promptTemplate,
    retryPolicy: new RetryPolicy({ ...waits, maxRetries, baseDelay: baseDelaySeconds, maxDelay: maxDelaySeconds }),
  });
}
