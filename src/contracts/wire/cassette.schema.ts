import { z } from 'zod';
import { FINISH_REASONS } from '../../domain/llm/chat';
import { CASSETTE_MODES, CASSETTE_NAME } from '../../domain/llm/cassette';
import { microUsd, queryInteger, sha256, timestamp } from './common.schema';

/** Lines of one request; a larger cassette travels in parts. */
export const CASSETTE_LIMITS = { recordingsMax: 1_000, bodyBytesMax: 32 * 1024 * 1024 } as const;

export const cassetteName = z
  .string()
  .regex(CASSETTE_NAME, 'Expected 1 to 64 letters, digits, dots, hyphens and underscores.');

/** How a run uses recorded answers. */
export const runCassetteSchema = z
  .strictObject({
    mode: z.enum(['off', ...CASSETTE_MODES]).meta({
      description:
        '`record` asks and records anew; `replay` answers from recordings only, and a miss fails the agent; `hybrid` pays for what is not recorded, and records it.',
    }),
    name: cassetteName.optional().meta({ description: 'By default the installation’s cassette.' }),
  })
  .meta({ id: 'RunCassette' });

const tokens = z.int().min(0).max(1_000_000_000);

/** Members that a later version adds travel along: the digest is over all of them. */
const answerSchema = z.looseObject({
  content: z.string(),
  toolCalls: z.array(z.strictObject({ id: z.string(), name: z.string(), argumentsJson: z.string() })),
  finishReason: z.enum(FINISH_REASONS),
  usage: z.looseObject({ inputTokens: tokens, outputTokens: tokens }),
  model: z.string(),
});

/** One line of an export. */
export const recordingSchema = z
  .strictObject({
    requestHash: sha256,
    answer: answerSchema,
    sha256: sha256.meta({ description: 'Of request hash and answer; a line that was changed is refused.' }),
    costMicroUsd: microUsd.min(0).meta({ description: 'What it cost when it was recorded.' }),
    recordedAt: timestamp,
  })
  .meta({ id: 'Recording' });

export const cassetteParams = z.strictObject({ name: cassetteName });
export const exportQuery = z.strictObject({
  after: sha256.optional().meta({ description: '`requestHash` of the last line that you have.' }),
  limit: queryInteger(1, CASSETTE_LIMITS.recordingsMax).default(CASSETTE_LIMITS.recordingsMax),
});

export const importRecordingsSchema = z
  .strictObject({ records: z.array(recordingSchema).max(CASSETTE_LIMITS.recordingsMax) })
  .meta({ id: 'ImportRecordings' });
export const importedSchema = z.strictObject({ imported: z.int() }).meta({ id: 'ImportedRecordings' });
export const deletedSchema = z.strictObject({ deleted: z.int() }).meta({ id: 'DeletedRecordings' });

export const cassetteListSchema = z
  .strictObject({
    items: z.array(
      z.strictObject({
        name: z.string(),
        recordings: z.int(),
        hits: z.int(),
        costMicroUsd: microUsd.meta({ description: 'What its answers cost when they were recorded.' }),
        firstRecordedAt: timestamp,
        lastRecordedAt: timestamp,
      }),
    ),
  })
  .meta({ id: 'CassetteList' });

export type RunCassette = z.infer<typeof runCassetteSchema>;
export type RecordingLine = z.infer<typeof recordingSchema>;
export type CassetteList = z.infer<typeof cassetteListSchema>;
export type ImportedRecordings = z.infer<typeof importedSchema>;
export type DeletedRecordings = z.infer<typeof deletedSchema>;
