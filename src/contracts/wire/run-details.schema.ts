import { z } from 'zod';
import { microUsd, name, page, pageQuery, queryInteger, timestamp, uuid } from './common.schema';
import { agentStatus, runStatus } from './run.schema';

/** What hangs below one run: its drawing, its events, its attempts, its result, its cancellation. */
export const EVENT_LIMITS = { itemsDefault: 200, itemsMax: 1_000, seqMax: Number.MAX_SAFE_INTEGER } as const;

export const runGraphSchema = z
  .strictObject({
    runId: uuid,
    status: runStatus,
    nodes: z.array(
      z.strictObject({
        name,
        status: agentStatus,
        reasonCode: z.string().nullable(),
        module: z.string().nullable(),
        description: z.string().nullable(),
        level: z
          .int()
          .meta({ description: '0 depends on nothing; a node lies one level below its lowest dependency.' }),
        priority: z.int().nullable(),
        costMicroUsd: microUsd,
        startedAt: timestamp.nullable(),
        completedAt: timestamp.nullable(),
      }),
    ),
    edges: z.array(z.strictObject({ from: name, to: name })).meta({ description: '`to` depends on `from`.' }),
  })
  .meta({ id: 'RunGraph' });

export const runEventsQuery = z.strictObject({
  after: queryInteger(0, EVENT_LIMITS.seqMax).default(0).meta({ description: 'Only events with a higher seq.' }),
  type: z.string().min(1).max(64).optional(),
  node: name.optional(),
  limit: queryInteger(1, EVENT_LIMITS.itemsMax).default(EVENT_LIMITS.itemsDefault),
});

export const runEventSchema = z
  .strictObject({
    seq: z.int(),
    at: timestamp,
    type: z.string(),
    node: z.string().nullable(),
    data: z.record(z.string(), z.unknown()),
  })
  .meta({ id: 'RunEvent' });

export const runEventsSchema = z
  .strictObject({
    items: z.array(runEventSchema),
    lastSeq: z.int().meta({ description: 'Seq of the newest event of the run, whatever the filter.' }),
    nextAfter: z.int().nullable().meta({ description: 'Ask on with `after`; null when nothing is left now.' }),
  })
  .meta({ id: 'RunEvents' });

export const attemptSchema = z
  .strictObject({
    attemptKey: z.string(),
    callKey: z.string(),
    n: z.int(),
    node: z.string().nullable(),
    state: z.enum(['reserved', 'sent', 'settled', 'void', 'unknown']),
    provider: z.string(),
    model: z.string(),
    priceVersion: z
      .string()
      .meta({ description: 'Where the price comes from, and its rates in micro-USD per million tokens.' }),
    estimated: z.boolean().meta({ description: 'Priced by default prices, because no table knows the model.' }),
    estimateMicroUsd: microUsd,
    actualMicroUsd: microUsd.nullable(),
    inputTokens: z.int().nullable(),
    outputTokens: z.int().nullable(),
    providerRequestId: z.string().nullable(),
    failureClass: z.string().nullable(),
    failure: z.string().nullable(),
    late: z.boolean(),
    reservedAt: timestamp,
    sentAt: timestamp.nullable(),
    closedAt: timestamp.nullable(),
  })
  .meta({ id: 'Attempt' });

export const runAttemptsSchema = page(attemptSchema).meta({ id: 'RunAttempts' });
export const runAttemptsQuery = z.strictObject({ ...pageQuery });

export const runTimelineQuery = z.strictObject({ ...pageQuery, node: name.optional() });

export const spanSchema = z
  .strictObject({
    kind: z.enum(['attempt', 'tool', 'person']),
    key: z.string(),
    node: z.string().nullable(),
    state: z.string().meta({ description: 'How it ended, or that it goes on.' }),
    what: z.string().meta({ description: 'The model, the tool, or what a person was asked for.' }),
    startedAt: timestamp,
    sentAt: timestamp.nullable().meta({
      description: 'Of an attempt: what lies before is waiting for budget and limiter.',
    }),
    endedAt: timestamp.nullable(),
  })
  .meta({ id: 'Span' });

export const runTimelineSchema = page(spanSchema).meta({ id: 'RunTimeline' });

export const runResultQuery = z.strictObject({
  node: name.optional().meta({ description: 'Only this agent’s output.' }),
});

export const agentOutputSchema = z
  .strictObject({
    status: agentStatus,
    reasonCode: z.string().nullable(),
    reason: z.string().nullable(),
    outputRef: uuid.nullable(),
    model: z.string().nullable(),
    costMicroUsd: microUsd,
    output: z.unknown().meta({
      description:
        'The stored output: content, json when it was asked for, toolCalls, finishReason, model; null without one.',
    }),
    problem: z.string().nullable().meta({ description: 'Why a stored output could not be read.' }),
  })
  .meta({ id: 'AgentOutput' });

export const runResultSchema = z
  .strictObject({
    runId: uuid,
    name,
    status: runStatus,
    reasonCode: z.string().nullable(),
    reason: z.string().nullable(),
    totalCostMicroUsd: microUsd,
    completedAt: timestamp.nullable(),
    outputs: z.record(z.string(), agentOutputSchema),
  })
  .meta({ id: 'RunResult' });

export const runCancelledSchema = z
  .strictObject({ runId: uuid, status: runStatus, cancelRequested: z.literal(true) })
  .meta({ id: 'RunCancelRequested' });

export type Span = z.infer<typeof spanSchema>;
export type RunTimeline = z.infer<typeof runTimelineSchema>;
export type RunGraph = z.infer<typeof runGraphSchema>;
export type RunEvent = z.infer<typeof runEventSchema>;
export type RunEvents = z.infer<typeof runEventsSchema>;
export type RunAttempts = z.infer<typeof runAttemptsSchema>;
export type Attempt = z.infer<typeof attemptSchema>;
export type AgentOutput = z.infer<typeof agentOutputSchema>;
export type RunResult = z.infer<typeof runResultSchema>;
export type RunCancelRequested = z.infer<typeof runCancelledSchema>;
