import { z } from 'zod';
import type { Json } from '../../domain/kernel/canonical-json';
import { RECORD_FORMAT, type RecordLine } from '../../domain/simulation/record/record-line';
import { queryInteger, sha256, uuid } from './common.schema';
import { runStatus } from './run.schema';
import { answerSchema, partitionMessageSchema } from './simulation.schema';
import { SIMULATION_LIMITS } from './simulation-fields.schema';

/** What was JSON on the line is JSON. */
const json = z.unknown().transform((value) => value as Json);
const tickNumber = z.int().min(0).max(SIMULATION_LIMITS.ticksMax);

export const recordQuery = z.strictObject({
  after: queryInteger(0, SIMULATION_LIMITS.ticksMax)
    .optional()
    .meta({ description: 'Ticks after this one, without the definition; the beginning when absent.' }),
  limit: queryInteger(1, SIMULATION_LIMITS.ticksPageMax).default(500),
});

const definitionLine = z.strictObject({
  type: z.literal('definition'),
  format: z.literal(RECORD_FORMAT),
  ...{ runId: uuid, name: z.string(), world: z.string(), worldVersion: z.int().min(1), seed: z.int().min(0) },
  ...{ scenario: json, ticks: tickNumber.min(1), agents: z.array(json), rules: z.array(json), failures: json },
  ...{ parentRunId: uuid.nullable(), forkTick: tickNumber.nullable(), change: json.nullable() },
});

const tickLine = z.strictObject({
  type: z.literal('tick'),
  tick: tickNumber.min(1),
  rounds: z.array(z.array(answerSchema.extend({ decision: json }))).nullable(),
  hash: sha256.nullable(),
  messages: z.array(partitionMessageSchema.extend({ body: json })).optional(),
  worldVersion: z.int().min(1).optional(),
});

const endLine = z.strictObject({
  type: z.literal('end'),
  ...{ tick: tickNumber, hash: sha256.nullable(), status: runStatus },
});

/** One line of a simulation's record. */
export const recordLineSchema: z.ZodType<RecordLine> = z.discriminatedUnion('type', [
  definitionLine,
  tickLine,
  endLine,
]);
