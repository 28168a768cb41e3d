import { z } from 'zod';
import { deleteCassette, listCassettes, listRecordings, recordAnswers } from '../../adapters/postgres';
import {
  cassetteListSchema,
  cassetteParams,
  CASSETTE_LIMITS,
  deletedSchema,
  exportQuery,
  importedSchema,
  importRecordingsSchema,
} from '../../contracts/api.schema';
import { canonicalJson } from '../../domain/kernel/canonical-json';
import { LonghaulError } from '../../domain/kernel/errors';
import { recordingDigest } from '../../domain/llm/cassette';
import { TYPE_OF_FORMAT } from '../http/body';
import { route, type Route } from '../route';
import { lineOf, recordingsOf } from '../services/recordings';

const AT = '2026-11-20T08:00:00.000Z';
const HASH = '2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae';
const ANSWER = {
  ...{ content: 'Hello, Ada.', toolCalls: [], finishReason: 'stop', model: 'scripted-echo' },
  usage: { inputTokens: 42, outputTokens: 7 },
} as const;
const LINE = {
  ...{ requestHash: HASH, answer: ANSWER, sha256: recordingDigest(HASH, canonicalJson(ANSWER)) },
  ...{ costMicroUsd: 175, recordedAt: AT },
};

export const cassetteRoutes: readonly Route[] = [
  route({
    method: 'get',
    path: '/cassettes',
    operationId: 'listCassettes',
    tag: 'Cassettes',
    summary: 'Cassettes: sets of recorded model answers',
    replies: {
      200: {
        description: 'By name.',
        schema: cassetteListSchema,
        example: {
          items: [
            {
              ...{ name: 'default', recordings: 11, hits: 22, costMicroUsd: 3100 },
              ...{ firstRecordedAt: AT, lastRecordedAt: AT },
            },
          ],
        },
      },
    },
    errors: [],
    handle: async (_input, { deps, tenant }) => {
      const items = (await listCassettes(deps.pool, tenant)).map(({ firstRecordedAt, lastRecordedAt, ...counts }) => ({
        ...counts,
        firstRecordedAt: firstRecordedAt.toISOString(),
        lastRecordedAt: lastRecordedAt.toISOString(),
      }));
      return { status: 200, body: { items } };
    },
  }),
  route({
    method: 'get',
    path: '/cassettes/{name}/recordings',
    operationId: 'exportRecordings',
    tag: 'Cassettes',
    summary: 'Recorded answers as JSON lines, by request hash',
    description: 'Ask again with `after` = `requestHash` of the last line until nothing comes.',
    params: cassetteParams,
    query: exportQuery,
    replies: {
      200: {
        ...{ description: 'One recording per line; empty at the end.', contentType: TYPE_OF_FORMAT.ndjson },
        ...{ schema: z.string(), example: `${JSON.stringify(LINE)}\n` },
      },
    },
    errors: ['NotFound'],
    handle: async ({ params: { name }, query }, { deps, tenant }) => {
      const recordings = await listRecordings(deps.pool, { tenant, name, ...query });
      if (recordings.length === 0 && query.after === undefined) throw noCassette(name);
      const lines = recordings.map((recording) => `${JSON.stringify(lineOf(recording))}\n`).join('');
      return { status: 200, bytes: Buffer.from(lines), headers: { 'content-type': TYPE_OF_FORMAT.ndjson } };
    },
  }),
  route({
    method: 'post',
    path: '/cassettes/{name}/recordings',
    operationId: 'importRecordings',
    tag: 'Cassettes',
    summary: 'Put exported recordings into a cassette',
    description: 'The lines take the place of recordings of the same requests. Sending them twice changes nothing.',
    params: cassetteParams,
    body: {
      schema: importRecordingsSchema,
      formats: ['ndjson', 'json'],
      example: { records: [LINE] },
      ownChecks: true,
      limitBytes: CASSETTE_LIMITS.bodyBytesMax,
    },
    replies: { 200: { description: 'How many.', schema: importedSchema, example: { imported: 1 } } },
    errors: [],
    handle: async ({ params: { name }, body: { records } }, { deps, tenant }) => {
      await recordAnswers(deps.pool, recordingsOf(tenant, name, records));
      return { status: 200, body: { imported: records.length } };
    },
  }),
  route({
    method: 'post',
    path: '/cassettes/{name}/delete',
    operationId: 'deleteCassette',
    tag: 'Cassettes',
    summary: 'Delete a cassette',
    description: 'Results that it gave stay.',
    params: cassetteParams,
    replies: {
      200: { description: 'How many recordings it had.', schema: deletedSchema, example: { deleted: 11 } },
    },
    errors: ['NotFound'],
    handle: async ({ params: { name } }, { deps, tenant }) => {
      const deleted = await deleteCassette(deps.pool, tenant, name);
      if (deleted === 0) throw noCassette(name);
      return { status: 200, body: { deleted } };
    },
  }),
];

function noCassette(name: string): LonghaulError {
  return new LonghaulError('NotFound', { what: 'Cassette', id: name });
}
