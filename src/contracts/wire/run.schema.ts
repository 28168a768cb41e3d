import { z } from 'zod';
import { AGENT_STATUSES, RUN_STATUSES } from '../../domain/agents/run-state';
import { PRIORITY_CLASSES } from '../../domain/llm/fair-queue';
import { graphFieldsSchema } from '../agent-graph.schema';
import { runCassetteSchema } from './cassette.schema';
import { microUsd, name, page, pageQuery, sha256, timestamp, uuid } from './common.schema';

export const graphReference = z.union(
  [name, z.strictObject({ name, version: z.int().positive().max(2_147_483_647).optional() })],
  { error: 'Expected the name of a graph, or { name, version }.' },
);

export const experimentId = z
  .string()
  .regex(/^[\w.-]{1,128}$/, 'Expected 1 to 128 letters, digits, dots, dashes or underscores.');

export const startRunSchema = z
  .strictObject({
    graph: graphReference.meta({ description: 'Name of a stored graph (its latest version), or name and version.' }),
    inputs: z.record(z.string(), z.unknown()).optional().meta({ description: 'Merged over the inputs of the graph.' }),
    costBudgetUsd: graphFieldsSchema.shape.costBudgetUsd.unwrap().optional(),
    maxParallelAgents: graphFieldsSchema.shape.maxParallelAgents.unwrap().optional(),
    timeoutSeconds: graphFieldsSchema.shape.timeoutSeconds.unwrap().optional(),
    experiment: experimentId
      .optional()
      .meta({ description: 'Under whose budget it runs; see `POST /budgets`. The budget must exist.' }),
    priorityClass: z.enum(PRIORITY_CLASSES).optional().meta({
      description: 'Whose model calls go first when there are more than workers and permits; `interactive` by default.',
    }),
    cassette: runCassetteSchema.optional().meta({ description: 'By default as the installation is set.' }),
  })
  .meta({ id: 'StartRun' });

export const runStatus = z.enum(RUN_STATUSES);
export const agentStatus = z.enum(AGENT_STATUSES);

export const runLinksSchema = z
  .strictObject({ self: z.string(), events: z.string(), graph: z.string(), result: z.string(), temporalUi: z.url() })
  .meta({ id: 'RunLinks' });

const graphPin = z.strictObject({ id: uuid, name, version: z.int(), sha256 });

export const runStartedSchema = z
  .strictObject({
    runId: uuid,
    status: runStatus,
    launch: z
      .enum(['accepted', 'started', 'closed'])
      .meta({ description: '`accepted`: Temporal did not answer; the run starts by itself when it does.' }),
    workflowId: z.string(),
    graph: graphPin,
    links: runLinksSchema,
  })
  .meta({ id: 'RunStarted' });

const runCore = {
  runId: uuid,
  kind: z.string(),
  name,
  status: runStatus,
  launch: z.enum(['held', 'accepted', 'started', 'closed']).meta({
    description: '`held`: a run of a batch whose turn has not come, or a simulation that waits for its start.',
  }),
  batchId: uuid.nullable().meta({ description: 'The batch it belongs to.' }),
  reasonCode: z.string().nullable(),
  reason: z.string().nullable(),
  workflowId: z.string(),
  graphVersion: z.int().nullable(),
  createdAt: timestamp,
  startedAt: timestamp.nullable(),
  completedAt: timestamp.nullable(),
  pausedAt: timestamp.nullable().meta({ description: 'Since when nothing new starts; null while it is not paused.' }),
  parentRunId: uuid.nullable().meta({ description: 'The run that this one retries.' }),
};

export const runSummarySchema = z
  .strictObject({ ...runCore, totalAgents: z.int(), completedAgents: z.int(), costMicroUsd: microUsd })
  .meta({ id: 'RunSummary' });
export const runPageSchema = page(runSummarySchema).meta({ id: 'RunPage' });
export const runListQuery = z.strictObject({ ...pageQuery, status: runStatus.optional() });

export const agentRowSchema = z
  .strictObject({
    name,
    status: agentStatus,
    reasonCode: z.string().nullable().meta({ description: '`dependency_failed` is what people call skipped.' }),
    reason: z.string().nullable(),
    model: z.string().nullable(),
    calls: z.int(),
    cassetteHits: z.int().meta({ description: 'Calls that a cassette answered, at no cost.' }),
    cassetteMisses: z.int().meta({ description: 'Calls for which its cassette had no answer.' }),
    modelFailures: z.int().meta({ description: 'Attempts that the model failed; waits and crashes do not count.' }),
    inputTokens: z.int(),
    outputTokens: z.int(),
    costMicroUsd: microUsd,
    waitingSince: timestamp.nullable(),
    nextTryAt: timestamp.nullable(),
    startedAt: timestamp.nullable(),
    completedAt: timestamp.nullable(),
    outputRef: uuid.nullable(),
    reusedFromRunId: uuid.nullable(),
  })
  .meta({ id: 'AgentRow' });

export const runStatisticsSchema = z
  .strictObject({
    totalAgents: z.int(),
    completed: z.int(),
    failed: z.int(),
    running: z.int(),
    pending: z.int(),
    cancelled: z.int(),
    rateLimited: z.int(),
    budgetExceeded: z.int(),
    waitingForPeople: z
      .int()
      .meta({ description: 'Agents that wait for a person; they count as running. See `/runs/{id}/tasks`.' }),
    totalCalls: z.int().meta({ description: 'Paid ones.' }),
    cassetteHits: z.int(),
    cassetteMisses: z.int(),
    inputTokens: z.int(),
    outputTokens: z.int(),
    totalTokens: z.int(),
    totalCostMicroUsd: microUsd,
  })
  .meta({ id: 'RunStatistics' });

export const budgetSchema = z
  .strictObject({
    limitMicroUsd: microUsd,
    settledMicroUsd: microUsd.meta({ description: 'Booked: what answers cost.' }),
    reservedMicroUsd: microUsd.meta({ description: 'Worst case of the calls under way.' }),
    unknownMicroUsd: microUsd.meta({
      description: 'Held at the maximum until reconciled: calls whose end nobody saw.',
    }),
    overrunMicroUsd: microUsd,
    remainingMicroUsd: microUsd,
  })
  .meta({ id: 'Budget' });

export const runViewSchema = z
  .strictObject({
    ...runCore,
    graph: graphPin.nullable(),
    parameters: z.record(z.string(), z.unknown()),
    statistics: runStatisticsSchema,
    budget: budgetSchema.nullable(),
    agents: z.array(agentRowSchema),
    links: runLinksSchema,
  })
  .meta({ id: 'Run' });

export type StartRun = z.infer<typeof startRunSchema>;
export type RunStarted = z.infer<typeof runStartedSchema>;
export type RunSummary = z.infer<typeof runSummarySchema>;
export type RunPage = z.infer<typeof runPageSchema>;
export type AgentRow = z.infer<typeof agentRowSchema>;
export type RunStatistics = z.infer<typeof runStatisticsSchema>;
export type RunBudget = z.infer<typeof budgetSchema>;
export type RunLinks = z.infer<typeof runLinksSchema>;
export type RunView = z.infer<typeof runViewSchema>;
