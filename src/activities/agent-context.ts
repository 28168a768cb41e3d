import { LRUCache } from 'lru-cache';
import type { Pool } from '../adapters/postgres';
import { loadOutputs, loadRunDefinition, type RunDefinition } from '../adapters/postgres/call-context';
import { renderTemplate } from '../adapters/templates';
import type { NodeInput } from '../contracts/agent-run';
import type { Agent } from '../domain/agents/agent-graph';
import type { AgentOutput } from '../domain/agents/agent-output';
import type { Payloads } from '../domain/artifacts/payload-store';
import { present } from '../domain/kernel/assert';
import { canonicalJson } from '../domain/kernel/canonical-json';
import { LonghaulError } from '../domain/kernel/errors';
import type { CassetteUse } from '../domain/llm/cassette';
import type { PriorityClass } from '../domain/llm/fair-queue';
import { type CachedOutput, OutputCache } from './output-cache';

export interface AgentContext<A extends Agent = Agent> {
  agent: A;
  inputs: Record<string, unknown>;
  queueTimeoutMs: number;
  /** The run's. */
  cassette?: CassetteUse;
  /** The run's. */
  priorityClass?: PriorityClass;
  /** In the order of the agent's dependencies. */
  dependencies: { name: string; ref: string; output: AgentOutput }[];
}

/** A graph of 5,000 agents is 2.3 million characters with its defaults; 500 of them would be a gigabyte. */
const GRAPH_CHARS_MAX = 64 * 1024 * 1024;

/** All that a prompt is made of. Definition and inputs never change for a run, so they are read once per process. */
export class AgentContextLoader {
  private readonly runs = new LRUCache<string, RunDefinition>({
    max: 500,
    maxSize: GRAPH_CHARS_MAX,
    sizeCalculation: ({ graph }) => JSON.stringify(graph).length,
  });
  private readonly outputs = new OutputCache();

  constructor(
    private readonly pool: Pool,
    private readonly payloads: Payloads,
  ) {}

  async load(input: NodeInput): Promise<AgentContext> {
    const { graph, cassette, priorityClass } = await this.definitionOf(input);
    const agent = present(
      graph.agents.find(({ name }) => name === input.node),
      `Run ${input.runId}: its graph "${graph.name}" has no agent "${input.node}"`,
    );
    const queueTimeoutSeconds = agent.queueTimeoutSeconds ?? graph.timeoutSeconds;
    return {
      agent,
      inputs: graph.inputs,
      queueTimeoutMs: queueTimeoutSeconds * 1000,
      cassette,
      priorityClass,
      dependencies: await this.dependencies(input, agent),
    };
  }

  private async definitionOf({ tenant, runId, graphId }: NodeInput): Promise<RunDefinition> {
    const cached = this.runs.get(runId);
    if (cached) return cached;
    const loaded = await loadRunDefinition(this.pool, { tenant, runId, graphId });
    this.runs.set(runId, loaded);
    return loaded;
  }

  /** An output that was just stored, for the agents that come after it. */
  keep({ tenant, runId, node }: NodeInput, ref: string, output: AgentOutput): void {
    this.outputs.set(tenant, runId, node, { ref, json: canonicalJson(output) });
  }

  private async dependencies(input: NodeInput, agent: Agent): Promise<AgentContext['dependencies']> {
    const outputs = await this.outputsOf(input, agent.dependencies);
    return agent.dependencies.map((name) => {
      const { ref, json } = present(
        outputs.get(name),
        `Run ${input.runId}: agent "${agent.name}" was started before "${name}" had an output`,
      );
      return { name, ref, output: JSON.parse(json) as AgentOutput };
    });
  }

  private async outputsOf(input: NodeInput, names: readonly string[]): Promise<Map<string, CachedOutput>> {
    const { tenant, runId } = input;
    const kept = names.map((name) => [name, this.outputs.get(tenant, runId, name)] as const);
    const missing = kept.flatMap(([name, output]) => (output ? [] : [name]));
    const read = missing.length === 0 ? [] : await this.read(input, missing);
    for (const [name, output] of read) this.outputs.set(tenant, runId, name, output);
    return new Map([...kept.flatMap(([name, output]) => (output ? [[name, output] as const] : [])), ...read]);
  }

  private async read({ tenant, runId }: NodeInput, names: readonly string[]): Promise<[string, CachedOutput][]> {
    const stored = [...(await loadOutputs(this.pool, tenant, runId, names))];
    return await Promise.all(
      stored.map(async ([name, output]): Promise<[string, CachedOutput]> => {
        const bytes = await this.payloads.get(output, output.ref);
        return [name, { ref: output.ref, json: Buffer.from(bytes).toString('utf8') }];
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
