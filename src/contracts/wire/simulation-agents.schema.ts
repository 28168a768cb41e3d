import { z } from 'zod';
import { FIELD_LIMITS, llmConfigSchema, retryPolicySchema } from '../agent-graph.schema';
import { DELIVERIES_AT_ONCE } from '../../domain/agents/agent-graph';
import { needsModel, REVIEWERS } from '../../domain/simulation/memory/agent-memory';
import { DECAYS } from '../../domain/simulation/memory/decay';
import { MEMORY_PROFILES, type MemoryMode } from '../../domain/simulation/memory/memory-modes';
import { PROMOTION_RULES } from '../../domain/simulation/memory/promotion';
import { COMPETITION_AWARENESS } from '../../domain/simulation/mind/briefing';
import { SECOND_THOUGHTS } from '../../domain/worlds/marketplace/agent/second-thoughts';
import { agentUrl, capabilitiesSchema, commandName, credentialName, runnerId } from './runner.schema';
import { agentId, eventName, seconds, SIMULATION_LIMITS, tickNumber, usd } from './simulation-fields.schema';

const MODES = Object.keys(MEMORY_PROFILES) as MemoryMode[];

const memorySchema = z
  .strictObject({
    mode: z.enum(MODES).default('reflective'),
    promotion: z.enum(PROMOTION_RULES).default('importance_score'),
    decay: z.enum(DECAYS).default('none'),
    reviews: z
      .enum(REVIEWERS)
      .optional()
      .meta({ description: 'Who decides each day what is kept: `rules`, or the agent’s model in a call of its own.' }),
  })
  .refine((memory) => memory.reviews !== 'rules' || !needsModel(memory), {
    path: ['reviews'],
    error: 'Mode `digest` and promotion `llm_reflection` keep what a model’s review names: leave `reviews` out.',
  });

const scriptAgentSchema = z.strictObject({
  id: agentId,
  kind: z.literal('script'),
  bot: z.string().max(64).meta({
    description:
      'Decides without a model, such as `baseline-v1`; an unknown one is answered with those that there are.',
  }),
});

const count = (about: string) => z.int().min(0).max(Number.MAX_SAFE_INTEGER).optional().meta({ description: about });
const usageLimits = z.strictObject({
  calls: count(
    'Of one tool, or of all together: answers of the model are calls, and each thing that they order is one.',
  ),
  tokens: count('Of prompts and answers.'),
  costUsd: z.number().min(0).max(FIELD_LIMITS.usdMax).optional(),
});

export const agentBudgetSchema = z.strictObject({
  tick: usageLimits.prefault({ tokens: 200_000, costUsd: 10 }).meta({ description: 'Begins anew with every tick.' }),
  run: usageLimits.prefault({ tokens: 5_000_000, costUsd: 250 }),
  tools: z
    .record(
      z.string().regex(/^[a-z][a-z_]{0,63}$/),
      z.strictObject({ tick: usageLimits.optional(), run: usageLimits.optional() }),
    )
    .refine((tools) => Object.keys(tools).length <= SIMULATION_LIMITS.budgetToolsMax, {
      error: `Expected at most ${SIMULATION_LIMITS.budgetToolsMax} tools.`,
    })
    .default({})
    .meta({ description: '`decide` is the model’s answer; the others are what decisions order, such as `set_price`.' }),
  warnAt: z.number().min(0).max(1).default(0.8),
  softOverage: z.boolean().default(false).meta({
    description: 'True: above a limit the agent is told so, and its decisions count. False: its fallback decides.',
  }),
  then: z
    .enum(['fallback', 'park'])
    .default('fallback')
    .meta({ description: 'Whether the run also waits for a person when a hard limit is exceeded.' }),
});

const llmSimulatedAgentSchema = z.strictObject({
  id: agentId,
  kind: z.literal('llm').default('llm'),
  instructions: z
    .string()
    .max(SIMULATION_LIMITS.instructionCharsMax)
    .default('')
    .meta({ description: 'Said to the model after the world’s own rules.' }),
  llmConfig: llmConfigSchema,
  delivery: z.enum(DELIVERIES_AT_ONCE).default('sync'),
  timeoutSeconds: seconds.max(FIELD_LIMITS.agentSecondsMax).default(120).meta({ description: 'Of one decision.' }),
  maxRetries: z.int().min(0).max(FIELD_LIMITS.maxRetriesMax).default(3).meta({ description: 'Of one decision.' }),
  retryPolicy: retryPolicySchema.prefault({}),
  costLimitUsd: usd('What all of its decisions may cost.').optional(),
  budget: agentBudgetSchema.optional().meta({
    description:
      'What it may use of its model and its tools. It is in its prompts; what is left out of it has defaults.',
  }),
  memory: memorySchema
    .optional()
    .meta({ description: 'What it has learned is in its prompts; nothing is remembered without.' }),
  secondThoughts: z.enum(SECOND_THOUGHTS).default('off').meta({
    description: 'Whether its decisions are held against what it remembers, and what is in doubt is said or left out.',
  }),
  competitionAwareness: z
    .enum(COMPETITION_AWARENESS)
    .default('unaware')
    .meta({ description: 'Whether it is told that it is ranked against others.' }),
});

const humanAgentSchema = z.strictObject({
  id: agentId,
  kind: z.literal('human'),
  dueAfterTicks: z
    .int()
    .min(0)
    .max(SIMULATION_LIMITS.dueTicksMax)
    .default(0)
    .meta({ description: 'So many ticks may pass with standing orders before the fallback decides.' }),
  waitSeconds: seconds
    .max(SIMULATION_LIMITS.waitSecondsMax)
    .nullable()
    .default(null)
    .meta({ description: 'How long one tick waits for the answer; null: as long as it takes.' }),
});

/** Of one question to an agent outside; a try that failed is made again. */
const asked = {
  timeoutSeconds: seconds.max(SIMULATION_LIMITS.outsideSecondsMax).default(60).meta({ description: 'Of one try.' }),
  maxRetries: z
    .int()
    .min(0)
    .max(SIMULATION_LIMITS.outsideRetriesMax)
    .default(2)
    .meta({ description: 'Of one question.' }),
};

const httpAgentSchema = z.strictObject({
  ...{ id: agentId, kind: z.literal('http') },
  url: agentUrl.meta({ description: 'Asked with a POST for each decision; its host must be in `runners.httpAllow`.' }),
  credential: credentialName.optional(),
  ...asked,
});

const processAgentSchema = z.strictObject({
  ...{ id: agentId, kind: z.literal('process') },
  command: commandName.meta({ description: 'Name of a program in `runners.commands` of the installation.' }),
  ...asked,
});

const runnerAgentSchema = z.strictObject({
  ...{ id: agentId, kind: z.literal('runner') },
  runner: runnerId.optional().meta({ description: 'A registered endpoint or process.' }),
  capabilities: capabilitiesSchema
    .optional()
    .meta({ description: 'What it must offer; without `runner` one that does is chosen when the run starts.' }),
  ...asked,
});

export const simulatedAgentSchema = z.union([
  scriptAgentSchema,
  humanAgentSchema,
  llmSimulatedAgentSchema,
  httpAgentSchema,
  processAgentSchema,
  runnerAgentSchema,
]);

export const fastForwardRuleSchema = z.strictObject({
  on: eventName.meta({ description: 'Type of a world event.' }),
  when: eventName.meta({ description: 'Name of a condition of the world.' }),
  do: z.union([
    z.strictObject({ advance: tickNumber }),
    z.strictObject({ untilTick: tickNumber }),
    z.strictObject({ untilWake: z.array(eventName).min(1).max(20), atMost: tickNumber }),
  ]),
});

export const failurePolicySchema = z.strictObject({
  inARow: z.int().min(1).max(SIMULATION_LIMITS.failuresMax).default(SIMULATION_LIMITS.failuresDefault),
  then: z.enum(['end', 'park']).default('park'),
});
