import { LRUCache } from 'lru-cache';
import type { Pool } from '../adapters/postgres';
import { loadGraphOfRun, loadOutputs } from '../adapters/postgres/call-context';
import { renderTemplate } from '../adapters/templates';
import type { NodeInput } from '../contracts/agent-run';
import type { Agent, AgentGraph } from '../domain/agents/agent-graph';
import type { AgentOutput } from '../domain/agents/agent-output';
import type { PayloadStore } from '../domain/artifacts/payload-store';
import { present } from '../domain/kernel/assert';
import { LonghaulError } from '../domain/kernel/errors';

export interface AgentContext<A extends Agent = Agent> {
  agent: A;
  inputs: Record<string, unknown>;
  queueTimeoutMs: number;
  /** In the order of the agent's dependencies. */
  dependencies: { name: string; ref: string; output: AgentOutput }[];
}

/** All that a prompt is made of. Definition and inputs never change for a run, so they are read once per process. */
export class AgentContextLoader {
  private readonly runs = new LRUCache<string, AgentGraph>({ max: 500 });

  constructor(
    private readonly pool: Pool,
    private readonly payloads: PayloadStore,
  ) {}

  async load(input: NodeInput): Promise<AgentContext> {
    const graph = await this.graphOf(input);
    const agent = present(
      graph.agents.find(({ name }) => name === input.node),
      `Run ${input.runId}: its graph "${graph.name}" has no agent "${input.node}"`,
    );
    const queueTimeoutSeconds = agent.queueTimeoutSeconds ?? graph.timeoutSeconds;
    return {
      agent,
      inputs: graph.inputs,
      queueTimeoutMs: queueTimeoutSeconds * 1000,
      dependencies: await this.dependencies(input, agent),
    };
  }

  private async graphOf({ tenant, runId, graphId }: NodeInput): Promise<AgentGraph> {
    const cached = this.runs.get(runId);
    if (cached) return cached;
    const loaded = await loadGraphOfRun(this.pool, { tenant, runId, graphId });
    this.runs.set(runId, loaded);
    return loaded;
  }

  private async dependencies({ tenant, runId }: NodeInput, agent: Agent): Promise<AgentContext['dependencies']> {
    if (agent.dependencies.length === 0) return [];
    const outputs = await loadOutputs(this.pool, tenant, runId, agent.dependencies);
    return await Promise.all(
      agent.dependencies.map(async (name) => {
        const stored = present(
          outputs.get(name),
          `Run ${runId}: agent "${agent.name}" was started before "${name}" had an output`,
        );
        const bytes = await this.payloads.get(stored, stored.ref);
        return { name, ref: stored.ref, output: JSON.parse(Buffer.from(bytes).toString('utf8')) as AgentOutput };
      }),
    );
  }
}

/** One of the agent's templates with everything it may name. @throws LonghaulError TemplateFailed, naming the agent */
export function render({ agent, inputs, dependencies }: AgentContext, template: string): string {
  const outputs = Object.fromEntries(dependencies.map(({ name, output }) => [name, output]));
  try {
    return renderTemplate(template, agent.templateSyntax, { ...outputs, deps: outputs, inputs });
  } catch (error) {
    if (!LonghaulError.is(error) || error.code !== 'TemplateFailed') throw error;
    throw new LonghaulError('TemplateFailed', { ...error.params, agent: agent.name }, error.problems);
  }
}
