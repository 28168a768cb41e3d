import { z } from 'zod';
import { ARTIFACT_TYPES } from '../../domain/artifacts/header';
import { microUsd, page, pageQuery, queryInteger, sha256, timestamp, uuid } from './common.schema';

const label = z.string().min(1).max(128);

/** Newest first; every filter is applied before the limit. */
export const artifactSearchQuery = z.strictObject({
  ...pageQuery,
  session: label.meta({ description: 'For a run, its runId.' }),
  branch: label.optional(),
  tag: label.optional(),
  type: z.enum(ARTIFACT_TYPES).optional(),
  agent: label.optional(),
  since: z.iso.datetime({ offset: true }).optional().meta({ description: 'Not older than this moment, ISO 8601.' }),
});

export const artifactParams = z.strictObject({ ref: uuid });
export const artifactQuery = z.strictObject({
  raw: z.enum(['0', '1']).default('0').meta({ description: '1 answers the stored bytes with their own content type.' }),
});

const ARTIFACT_TOPIC = /^artifacts:.{1,128}$/s;

/** A topic of live events, read as what it is about. */
export const topicParams = z.strictObject({
  topic: z
    .string()
    .regex(ARTIFACT_TOPIC)
    .transform((topic) => topic.slice('artifacts:'.length))
    .meta({ description: '`artifacts:` and a session.' }),
});
export const topicQuery = z.strictObject({
  branch: label.default('main').meta({ description: 'Of the session.' }),
  after: queryInteger(0, 2_147_483_647)
    .optional()
    .meta({ description: 'Artifacts after this step; all of them when absent. `Last-Event-ID` comes before it.' }),
});

/** A member without a value is absent. */
export const artifactHeaderSchema = z
  .strictObject({
    ref: uuid,
    sessionId: z.string(),
    branchId: z.string(),
    stepIdx: z.int(),
    episodeId: z.string().optional(),
    groupId: z.string().optional(),
    parentRefs: z.array(uuid),
    type: z.enum(ARTIFACT_TYPES),
    agentId: z.string().optional(),
    mime: z.string(),
    ts: timestamp,
    model: z.string().optional(),
    costMicroUsd: microUsd.optional(),
    inputTokens: z.int().optional(),
    outputTokens: z.int().optional(),
    latencyMs: z.int().optional(),
    score: z.number().optional(),
    reward: z.number().optional(),
    tags: z.array(z.string()),
    meta: z.record(z.string(), z.unknown()),
    driver: z.string(),
    sha256,
    bytes: z.int().meta({ description: 'As stored.' }),
    rawBytes: z.int().meta({ description: 'As published.' }),
    evaluatorId: z.string().optional(),
    judgeVersion: z.string().optional(),
  })
  .meta({ id: 'ArtifactHeader' });

export const artifactPageSchema = page(artifactHeaderSchema).meta({ id: 'ArtifactPage' });

export const artifactViewSchema = z
  .strictObject({
    header: artifactHeaderSchema,
    encoding: z.enum(['json', 'utf8', 'base64']),
    payload: z.unknown().meta({ description: 'JSON as it is, text as a string, other bytes in base64.' }),
  })
  .meta({ id: 'Artifact' });

export type ArtifactHeaderView = z.infer<typeof artifactHeaderSchema>;
export type ArtifactPage = z.infer<typeof artifactPageSchema>;
export type ArtifactView = z.infer<typeof artifactViewSchema>;
