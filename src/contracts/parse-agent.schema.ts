import { agentNameProblem } from '../domain/agents/agent-name';
import { type Agent, GRAPH_LIMITS } from '../domain/agents/agent-graph';
import type { AgentOutline } from '../domain/agents/graph-outline';
import type { Problem } from '../domain/kernel/errors';
import { problemPath } from '../domain/kernel/problem-path';
import {
  AGENT_ALIASES,
  agentSchema,
  LLM_CONFIG_ALIASES,
  llmConfigSchema,
  RETRY_POLICY_ALIASES,
  retryPolicySchema,
} from './agent-graph.schema';
import { shown } from './issue-text.schema';
import { type Prepared, prepareFields, schemaProblems } from './read-fields.schema';
import { isFields } from './spelling';

export interface ParsedAgent {
  agent?: Agent;
  outline: AgentOutline;
  problems: Problem[];
}

const NESTED = { llmConfig: LLM_CONFIG_ALIASES, retryPolicy: RETRY_POLICY_ALIASES };
const KNOWN: Readonly<Record<string, readonly string[]>> = {
  '': Object.keys(agentSchema.shape),
  llmConfig: Object.keys(llmConfigSchema.shape),
  retryPolicy: Object.keys(retryPolicySchema.shape),
};

/** One agent of a definition, and what could be read of it when it is wrong somewhere. */
export function parseAgent(raw: unknown, index: number): ParsedAgent {
  const path = ['agents', index];
  const at = problemPath(path);
  if (!isFields(raw))
    return {
      outline: { path: at, dependencies: [] },
      problems: [{ path: at, message: `Expected an agent (an object), got ${shown(raw)}.` }],
    };
  const prepared = prepareFields(raw, AGENT_ALIASES, NESTED, path);
  const own = [
    ...liftMaxRetries(prepared, path),
    ...takeTools(prepared, path),
    ...namesProblems(prepared, path),
    ...sizeProblems(prepared, path),
    ...formatProblems(prepared, path),
  ];
  const { data, error } = agentSchema.safeParse(prepared.fields);
  const problems = [
    ...prepared.problems,
    ...schemaProblems(error, prepared, path, (object) => KNOWN[object.join('.')] ?? []),
    ...own,
  ];
  const outline = outlineOf(prepared, path);
  return problems.length === 0 && data !== undefined
    ? { agent: agentOf(data), outline, problems }
    : { outline, problems };
}

function agentOf({ tools: _none, llmConfig, ...agent }: ReturnType<typeof agentSchema.parse>): Agent {
  const wantsJson = llmConfig.responseSchema !== undefined ? { responseFormat: 'json' as const } : {};
  return { ...agent, llmConfig: { ...llmConfig, ...wantsJson } };
}

/** The original keeps the number of retries in the policy too; here it is the agent's. */
function liftMaxRetries({ fields, spelling }: Prepared, path: readonly PropertyKey[]): Problem[] {
  const policy = fields.retryPolicy;
  if (!isFields(policy) || policy.maxRetries === undefined) return [];
  const { maxRetries, ...rest } = policy;
  fields.retryPolicy = rest;
  if (fields.maxRetries === undefined) {
    fields.maxRetries = maxRetries;
    return [];
  }
  const message = 'The number of retries is given here and for the agent itself. Keep one.';
  return [{ path: problemPath([...path, ...spelling.of(['retryPolicy', 'maxRetries'])]), message }];
}

/** Refused by name instead of by the length of the list. */
function takeTools({ fields }: Prepared, path: readonly PropertyKey[]): Problem[] {
  const tools = fields.tools;
  if (!Array.isArray(tools)) return [];
  fields.tools = [];
  return tools.map((tool: unknown, index) => ({
    path: problemPath([...path, 'tools', index]),
    message: `Unknown tool ${shown(isFields(tool) && 'name' in tool ? tool.name : tool)}; this version has no tools. Leave the list empty.`,
  }));
}

function namesProblems({ fields }: Prepared, path: readonly PropertyKey[]): Problem[] {
  const named: [PropertyKey[], unknown][] = [
    [['name'], fields.name],
    ...listOf(fields.dependencies).map((name, index): [PropertyKey[], unknown] => [['dependencies', index], name]),
  ];
  return named.flatMap(([field, name]) => {
    const message = typeof name === 'string' ? agentNameProblem(name) : undefined;
    return message === undefined ? [] : [{ path: problemPath([...path, ...field]), message }];
  });
}

function sizeProblems({ fields, spelling }: Prepared, path: readonly PropertyKey[]): Problem[] {
  const bytes = typeof fields.promptTemplate === 'string' ? Buffer.byteLength(fields.promptTemplate) : 0;
  if (bytes <= GRAPH_LIMITS.templateBytesMax) return [];
  return [
    {
      path: problemPath([...path, ...spelling.of(['promptTemplate'])]),
      message: `A template of ${bytes} bytes; at most ${GRAPH_LIMITS.templateBytesMax} are allowed.`,
    },
  ];
}

function formatProblems({ fields, spelling }: Prepared, path: readonly PropertyKey[]): Problem[] {
  const config = fields.llmConfig;
  if (!isFields(config) || config.responseFormat !== 'text' || config.responseSchema === undefined) return [];
  return [
    {
      path: problemPath([...path, ...spelling.of(['llmConfig', 'responseFormat'])]),
      message: 'A responseSchema needs `json`, got "text".',
    },
  ];
}

function outlineOf(prepared: Prepared, path: readonly PropertyKey[]): AgentOutline {
  const { fields, spelling } = prepared;
  const readable = typeof fields.promptTemplate === 'string' && sizeProblems(prepared, path).length === 0;
  return {
    path: problemPath(path),
    name: usableName(fields.name),
    dependencies: listOf(fields.dependencies).slice(0, GRAPH_LIMITS.agentsMax).map(usableName),
    template: readable
      ? {
          text: fields.promptTemplate as string,
          syntax: fields.templateSyntax === 'braces' ? 'braces' : 'jinja',
          path: problemPath([...path, ...spelling.of(['promptTemplate'])]),
        }
      : undefined,
    ...answerOutline(prepared, path),
  };
}

/** What dependents may expect of its answer. */
function answerOutline({ fields, spelling }: Prepared, path: readonly PropertyKey[]): Partial<AgentOutline> {
  const config = fields.llmConfig;
  if (!isFields(config)) return {};
  const schema = config.responseSchema;
  if (!isFields(schema)) return { json: config.responseFormat === 'json' };
  const schemaPath = problemPath([...path, ...spelling.of(['llmConfig', 'responseSchema'])]);
  const names = isFields(schema.properties) ? Object.keys(schema.properties) : undefined;
  return {
    json: true,
    jsonFields: names && { names, closed: schema.additionalProperties === false },
    responseSchema: { schema, path: schemaPath },
  };
}

function usableName(name: unknown): string | undefined {
  return typeof name === 'string' && agentNameProblem(name) === undefined ? name : undefined;
}

function listOf(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}
