import { agentNameProblem } from '../domain/agents/agent-name';
import { type Agent, AGENT_KINDS, type AgentKind, GRAPH_LIMITS } from '../domain/agents/agent-graph';
import { type AgentTemplate, textsIn } from '../domain/agents/agent-templates';
import type { AgentOutline } from '../domain/agents/graph-outline';
import type { Problem } from '../domain/kernel/errors';
import { problemPath } from '../domain/kernel/problem-path';
import {
  AGENT_ALIASES,
  AGENT_SCHEMAS,
  APPROVAL_ALIASES,
  approvalSchema,
  HUMAN_ALIASES,
  humanSchema,
  LLM_CONFIG_ALIASES,
  llmConfigSchema,
  RETRY_POLICY_ALIASES,
  retryPolicySchema,
  SCRIPT_ALIASES,
  scriptSchema,
} from './agent-graph.schema';
import type { Fields } from './field-aliases';
import { shown } from './issue-text.schema';
import { type Prepared, prepareFields, schemaProblems } from './read-fields.schema';
import { isFields } from './spelling';

export interface ParsedAgent {
  agent?: Agent;
  outline: AgentOutline;
  problems: Problem[];
}

const NESTED = {
  llmConfig: LLM_CONFIG_ALIASES,
  retryPolicy: RETRY_POLICY_ALIASES,
  human: HUMAN_ALIASES,
  script: SCRIPT_ALIASES,
  approval: APPROVAL_ALIASES,
};
const KNOWN: Readonly<Record<string, readonly string[]>> = {
  llmConfig: Object.keys(llmConfigSchema.shape),
  retryPolicy: Object.keys(retryPolicySchema.shape),
  human: Object.keys(humanSchema.shape),
  script: Object.keys(scriptSchema.shape),
  approval: Object.keys(approvalSchema.shape),
};

/** One agent of a definition, and what could be read of it when it is wrong somewhere. */
export function parseAgent(raw: unknown, index: number): ParsedAgent {
  const path = ['agents', index];
  const at = problemPath(path);
  if (!isFields(raw))
    return {
      outline: { path: at, dependencies: [], templates: [], templateSyntax: 'jinja', tools: [] },
      problems: [{ path: at, message: `Expected an agent (an object), got ${shown(raw)}.` }],
    };
  const prepared = prepareFields(raw, AGENT_ALIASES, NESTED, path);
  const own = [
    ...liftMaxRetries(prepared, path),
    ...kindProblems(prepared, path),
    ...namesProblems(prepared, path),
    ...sizeProblems(prepared, path),
    ...formatProblems(prepared, path),
  ];
  const schema = AGENT_SCHEMAS[kindOf(prepared.fields)];
  const { data, error } = schema.safeParse({ ...prepared.fields, kind: kindOf(prepared.fields) });
  const problems = [
    ...prepared.problems,
    ...schemaProblems(error, prepared, path, (object) =>
      object.length === 0 ? Object.keys(schema.shape) : (KNOWN[object.join('.')] ?? []),
    ),
    ...own,
  ];
  const outline = outlineOf(prepared, path);
  return problems.length === 0 && data !== undefined
    ? { agent: agentOf(data), outline, problems }
    : { outline, problems };
}

function agentOf(agent: ReturnType<(typeof AGENT_SCHEMAS)[AgentKind]['parse']>): Agent {
  if (agent.kind !== 'llm' || agent.llmConfig.responseSchema === undefined) return agent;
  return { ...agent, llmConfig: { ...agent.llmConfig, responseFormat: 'json' } };
}

/** What a definition without a usable kind is read as; `kindProblems` says so. */
function kindOf({ kind }: Fields): AgentKind {
  return AGENT_KINDS.find((known) => known === kind) ?? 'llm';
}

function kindProblems({ fields: { kind }, spelling }: Prepared, path: readonly PropertyKey[]): Problem[] {
  if (kind === undefined || AGENT_KINDS.some((known) => known === kind)) return [];
  const message = `Expected one of ${AGENT_KINDS.map((known) => `"${known}"`).join(', ')}; got ${shown(kind)}.`;
  return [{ path: problemPath([...path, ...spelling.of(['kind'])]), message }];
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
  return textsOf(fields)
    .map(({ text, path: place }) => ({ bytes: Buffer.byteLength(text), place }))
    .filter(({ bytes }) => bytes > GRAPH_LIMITS.templateBytesMax)
    .map(({ bytes, place }) => ({
      path: problemPath([...path, ...spelling.of(place)]),
      message: `A template of ${bytes} bytes; at most ${GRAPH_LIMITS.templateBytesMax} are allowed.`,
    }));
}

/** The texts that are rendered, as far as they can be read (see `templatesOf` for a definition in order). */
function textsOf(fields: Fields): AgentTemplate[] {
  const { promptTemplate, script } = fields;
  if (kindOf(fields) === 'script') return isFields(script) ? textsIn(script.arguments, ['script', 'arguments']) : [];
  return typeof promptTemplate === 'string' ? [{ text: promptTemplate, path: ['promptTemplate'] }] : [];
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
  const at = (place: readonly PropertyKey[]) => problemPath([...path, ...spelling.of(place)]);
  const tooLong = ({ text }: AgentTemplate) => Buffer.byteLength(text) > GRAPH_LIMITS.templateBytesMax;
  return {
    path: problemPath(path),
    name: usableName(fields.name),
    dependencies: listOf(fields.dependencies).slice(0, GRAPH_LIMITS.agentsMax).map(usableName),
    templates: textsOf(fields)
      .filter((template) => !tooLong(template))
      .map(({ text, path: place }) => ({ text, path: at(place) })),
    templateSyntax: fields.templateSyntax === 'braces' ? 'braces' : 'jinja',
    tools: toolNames(fields).map(({ name, place }) => ({ name, path: at(place) })),
    ...answerOutline(prepared, path),
  };
}

function toolNames({ tools, script }: Fields): { name: string; place: PropertyKey[] }[] {
  const named: { name: unknown; place: PropertyKey[] }[] = [
    ...listOf(tools)
      .slice(0, GRAPH_LIMITS.toolsMax)
      .map((name, index) => ({ name, place: ['tools', index] })),
    ...(isFields(script) ? [{ name: script.tool, place: ['script', 'tool'] }] : []),
  ];
  return named.flatMap(({ name, place }) => (typeof name === 'string' && name !== '' ? [{ name, place }] : []));
}

/** What dependents may expect of its answer. */
function answerOutline({ fields, spelling }: Prepared, path: readonly PropertyKey[]): Partial<AgentOutline> {
  const { config, field } = answerField(fields);
  if (!isFields(config)) return {};
  const schema = config[field[1]];
  if (!isFields(schema)) return field[0] === 'llmConfig' ? { json: config.responseFormat === 'json' } : {};
  const schemaPath = problemPath([...path, ...spelling.of(field)]);
  const names = isFields(schema.properties) ? Object.keys(schema.properties) : undefined;
  return {
    json: true,
    jsonFields: names && { names, closed: schema.additionalProperties === false },
    responseSchema: { schema, path: schemaPath },
  };
}

/** Where the shape of an answer is declared: a model's, or a person's. */
function answerField(fields: Fields): { config: unknown; field: [string, string] } {
  return kindOf(fields) === 'human'
    ? { config: fields.human, field: ['human', 'answerSchema'] }
    : { config: fields.llmConfig, field: ['llmConfig', 'responseSchema'] };
}

function usableName(name: unknown): string | undefined {
  return typeof name === 'string' && agentNameProblem(name) === undefined ? name : undefined;
}

function listOf(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}
