import { z } from 'zod';
import { AGENT_MODULES, BATCH_ENDS, DELIVERIES, GRAPH_LIMITS } from '../domain/agents/agent-graph';
import { DEFAULT_RETRY_POLICY, RETRY_STRATEGIES } from '../domain/agents/retry';
import { aliasesOf, type Aliases } from './field-aliases';

/** Upper bounds: nothing sensible is near them, and a slip of the pen (ms for s, cents for dollars) often is beyond. */
export const FIELD_LIMITS = {
  descriptionCharsMax: 4_096,
  modelCharsMax: 256,
  fallbackModelsMax: 5,
  systemCharsMax: 64 * 1024,
  maxTokensMax: 1_000_000,
  maxRetriesMax: 50,
  agentSecondsMax: 86_400,
  runSecondsMax: 30 * 86_400,
  usdMin: 0.000001,
  usdMax: 1_000_000,
  retryDelaySecondsMax: 3_600,
  exponentialBaseMax: 10,
  assigneeCharsMax: 256,
  toolRoundsMax: 64,
} as const;

const modelName = z.string().min(1).max(FIELD_LIMITS.modelCharsMax);
const seconds = (max: number, about: string) => z.number().positive().max(max).describe(about);
const usd = (about: string) => z.number().min(FIELD_LIMITS.usdMin).max(FIELD_LIMITS.usdMax).describe(about);
const description = z.string().max(FIELD_LIMITS.descriptionCharsMax).default('').describe('For people.');
/** Checked by the caller, which can name the offending entry; here only the shape counts. */
const name = z.string();
const jsonObject = z.record(z.string(), z.unknown());

export const retryPolicySchema = z
  .strictObject({
    strategy: z
      .enum(RETRY_STRATEGIES)
      .default(DEFAULT_RETRY_POLICY.strategy)
      .describe('How the wait grows with each failure.'),
    baseDelaySeconds: z
      .number()
      .min(0)
      .max(FIELD_LIMITS.retryDelaySecondsMax)
      .default(DEFAULT_RETRY_POLICY.baseDelaySeconds)
      .describe('Wait after the first failure, in seconds.'),
    maxDelaySeconds: z
      .number()
      .min(0)
      .max(FIELD_LIMITS.retryDelaySecondsMax)
      .default(DEFAULT_RETRY_POLICY.maxDelaySeconds)
      .describe('Longest wait, in seconds.'),
    exponentialBase: z
      .number()
      .min(1)
      .max(FIELD_LIMITS.exponentialBaseMax)
      .default(DEFAULT_RETRY_POLICY.exponentialBase)
      .describe('Factor between waits of exponential_backoff.'),
    jitter: z
      .boolean()
      .default(DEFAULT_RETRY_POLICY.jitter)
      .describe(
        'Multiply each wait by a draw from 0.5 to 1, so that agents that failed together do not return together.',
      ),
  })
  .describe('Waits between the attempts of one agent.');

export const llmConfigSchema = z
  .strictObject({
    model: modelName.describe(
      'Model name as the provider knows it; `scripted-*` is the local scripted model server, `claude-*` Anthropic.',
    ),
    fallbackModels: z
      .array(modelName)
      .max(FIELD_LIMITS.fallbackModelsMax)
      .optional()
      .describe('Models that are asked, in this order, when the model is refused, paused, or out of retries.'),
    temperature: z
      .number()
      .min(0)
      .max(2)
      .optional()
      .describe("Sampling temperature; the provider's default when absent."),
    topP: z.number().gt(0).max(1).optional().describe("Nucleus sampling; the provider's default when absent."),
    maxTokens: z
      .number()
      .int()
      .min(1)
      .max(FIELD_LIMITS.maxTokensMax)
      .default(1000)
      .describe('Longest answer in tokens, and so the bound of what a call can cost.'),
    seed: z.number().int().min(0).optional().describe('Sampling seed, where the provider has one.'),
    sample: z
      .number()
      .int()
      .min(0)
      .optional()
      .describe('Agents that ask the same at the same time share one answer; other samples get answers of their own.'),
    system: z
      .string()
      .max(FIELD_LIMITS.systemCharsMax)
      .optional()
      .describe('System prompt; made of name and description when absent.'),
    responseFormat: z
      .enum(['text', 'json'])
      .optional()
      .describe(
        '`json`: the answer must be JSON; dependents read it as `<agent>.json`. Text when absent, JSON when a responseSchema is given.',
      ),
    responseSchema: jsonObject.optional().describe('JSON Schema that the answer must match.'),
  })
  .describe('How the model is called.');

export const approvalSchema = z
  .strictObject({
    for: z
      .enum(['start', 'side-effects'])
      .default('start')
      .describe('`start`: before the agent begins; `side-effects`: before each call of a tool with side effects.'),
    dueSeconds: seconds(
      FIELD_LIMITS.runSecondsMax,
      'Longest wait for the person, in seconds; as long as the run when absent.',
    ).optional(),
    onTimeout: z
      .enum(['reject', 'approve'])
      .default('reject')
      .describe('What silence means when the due time has passed.'),
  })
  .describe('A person has to agree.');

export const humanSchema = z
  .strictObject({
    assignee: z
      .string()
      .min(1)
      .max(FIELD_LIMITS.assigneeCharsMax)
      .optional()
      .describe('Who should answer; for people.'),
    answerSchema: jsonObject.optional().describe('JSON Schema that the answer must match; a text when absent.'),
    dueSeconds: seconds(
      FIELD_LIMITS.runSecondsMax,
      'Longest wait for the answer, in seconds; as long as the run when absent.',
    ).optional(),
    remindEverySeconds: z
      .number()
      .min(1)
      .max(FIELD_LIMITS.runSecondsMax)
      .optional()
      .describe('An event `task-reminder` is recorded this often, in seconds; never when absent.'),
    fallback: z
      .unknown()
      .optional()
      .describe('The answer when the due time has passed; without it the agent fails then.'),
  })
  .describe('How a person is asked.');

export const scriptSchema = z
  .strictObject({
    tool: z.string().min(1).max(GRAPH_LIMITS.nameCharsMax).describe('The tool that is called.'),
    arguments: jsonObject.default({}).describe('Its arguments; texts in them, at any depth, are templates.'),
  })
  .describe('One tool call instead of a model.');

/** What agents of every kind have. */
const commonFields = {
  name: name.describe('Unique in the graph; letters, digits, "_" and "-".'),
  module: z.enum(AGENT_MODULES).default('General').describe('The department it belongs to; for people.'),
  description,
  templateSyntax: z
    .enum(['jinja', 'braces'])
    .default('jinja')
    .describe('`braces` reads `{name}` instead of `{{ name }}`.'),
  dependencies: z
    .array(name)
    .max(GRAPH_LIMITS.agentsMax)
    .default([])
    .describe('Names of the agents whose outputs it needs.'),
  maxRetries: z
    .number()
    .int()
    .min(0)
    .max(FIELD_LIMITS.maxRetriesMax)
    .default(3)
    .describe('Further attempts after a failed one: 3 means up to four in all.'),
  retryPolicy: retryPolicySchema.default(DEFAULT_RETRY_POLICY),
  timeoutSeconds: seconds(
    FIELD_LIMITS.agentSecondsMax,
    'Longest time of one attempt, from the moment it is sent, in seconds.',
  ).default(300),
  queueTimeoutSeconds: seconds(
    FIELD_LIMITS.runSecondsMax,
    "Longest wait for the rate limiter or for room in a budget, in seconds; the run's timeout when absent.",
  ).optional(),
  costLimitUsd: usd('Most that all calls of this agent may cost, in US dollars.').default(1),
  priority: z
    .number()
    .int()
    .min(1)
    .max(10)
    .default(5)
    .describe('1–10; higher starts first. When an agent of 8 or more fails, the run fails.'),
  expectedSeconds: seconds(
    FIELD_LIMITS.agentSecondsMax,
    'How long it usually takes, in seconds; of two ready agents of one priority the one with the longer way to the end starts first.',
  ).default(1),
  approval: approvalSchema.optional(),
};

export const llmAgentSchema = z
  .strictObject({
    ...commonFields,
    kind: z.literal('llm').default('llm').describe('`llm` asks a model, `human` a person, `script` calls one tool.'),
    llmConfig: llmConfigSchema,
    delivery: z
      .enum(DELIVERIES)
      .optional()
      .describe(
        'How its calls reach the provider: `sync` (when absent) at once; `background` at once, and fetched instead of paid again after a crash; `batch` within a day, at half the price.',
      ),
    whenBatchExpires: z
      .enum(BATCH_ENDS)
      .optional()
      .describe(
        'Of delivery `batch`, when a call was not processed: `sync` (when absent) asks it at once at the full price, `requeue` puts it into another batch, twice at most.',
      ),
    promptTemplate: z.string().min(1).describe('The prompt; see "Templates".'),
    tools: z
      .array(z.string().min(1).max(GRAPH_LIMITS.nameCharsMax))
      .max(GRAPH_LIMITS.toolsMax)
      .default([])
      .describe('Names of the tools that its model may call.'),
    maxToolRounds: z
      .number()
      .int()
      .min(1)
      .max(FIELD_LIMITS.toolRoundsMax)
      .default(8)
      .describe('How often the model may ask for tools before it has to answer.'),
  })
  .describe('One participant with its instructions and limits.');

export const humanAgentSchema = z
  .strictObject({
    ...commonFields,
    kind: z.literal('human'),
    promptTemplate: z.string().min(1).describe('The question; see "Templates".'),
    human: humanSchema.default({}),
  })
  .describe('A person who is asked.');

export const scriptAgentSchema = z
  .strictObject({ ...commonFields, kind: z.literal('script'), script: scriptSchema })
  .describe('One tool call with given arguments.');

/** By kind; `llm` when a definition names none. */
export const AGENT_SCHEMAS = { llm: llmAgentSchema, human: humanAgentSchema, script: scriptAgentSchema } as const;

export const agentSchema = z.union([llmAgentSchema, humanAgentSchema, scriptAgentSchema]);

export const graphFieldsSchema = z.strictObject({
  name: name.describe('Letters, digits, "_" and "-". The same name again makes the next version.'),
  description,
  maxParallelAgents: z
    .number()
    .int()
    .min(1)
    .max(GRAPH_LIMITS.agentsMax)
    .default(10)
    .describe('Agents at work at once.'),
  costBudgetUsd: usd('Most that the run may cost, in US dollars; never passed.').default(100),
  timeoutSeconds: seconds(FIELD_LIMITS.runSecondsMax, 'Longest time of the whole run, in seconds.').default(3600),
  allowPartialCompletion: z.boolean().default(true).describe('Go on with unrelated agents when one has failed.'),
  inputs: jsonObject.default({}).describe('Values for the templates; a run may add to them or replace them.'),
});

/** The whole definition as one schema, for the API document. Files and requests go through `parseAgentGraph`. */
export const agentGraphSchema = graphFieldsSchema
  .extend({ agents: z.array(agentSchema).min(1).max(GRAPH_LIMITS.agentsMax).describe('The agents, in any order.') })
  .meta({ id: 'AgentGraph', description: 'A declared graph of agents with budget, timeout and parallelism.' });

const keysOf = (schema: z.ZodObject) => Object.keys(schema.shape);

export const GRAPH_ALIASES: Aliases = aliasesOf(keysOf(agentGraphSchema), {
  cost_budget: 'costBudgetUsd',
  timeout: 'timeoutSeconds',
});
export const AGENT_ALIASES: Aliases = aliasesOf(Object.values(AGENT_SCHEMAS).flatMap(keysOf), {
  cost_limit: 'costLimitUsd',
  timeout: 'timeoutSeconds',
});
export const LLM_CONFIG_ALIASES: Aliases = aliasesOf(keysOf(llmConfigSchema));
export const RETRY_POLICY_ALIASES: Aliases = aliasesOf([...keysOf(retryPolicySchema), 'maxRetries'], {
  base_delay: 'baseDelaySeconds',
  max_delay: 'maxDelaySeconds',
});
export const HUMAN_ALIASES: Aliases = aliasesOf(keysOf(humanSchema));
export const SCRIPT_ALIASES: Aliases = aliasesOf(keysOf(scriptSchema));
export const APPROVAL_ALIASES: Aliases = aliasesOf(keysOf(approvalSchema));
