import { z } from 'zod';
import {
  artifactHeaderSchema,
  artifactPageSchema,
  artifactParams,
  artifactQuery,
  artifactSearchQuery,
  artifactViewSchema,
} from '../../contracts/api.schema';
import type { ArtifactHeader } from '../../domain/artifacts/header';
import { decodeCursor, pageOf } from '../http/cursor';
import { route, type Route } from '../route';
import { payloadView } from '../services/payload-view';

const HEADER = {
  ref: '01938f3a-7c01-7000-8000-0123456789ab',
  sessionId: '01938f3a-7c00-7000-8000-0123456789ab',
  branchId: 'main',
  stepIdx: 1,
  parentRefs: ['01938f3a-7c00-7000-8000-1123456789ab'],
  type: 'state',
  agentId: 'greeter',
  mime: 'application/json',
  ts: '2026-11-20T08:00:01.000Z',
  tags: ['output'],
  meta: {},
  driver: 'filesystem',
  sha256: '2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae',
  bytes: 120,
  rawBytes: 120,
};
const cursorKey = z.tuple([z.uuid()]);

export const artifactRoutes: readonly Route[] = [
  route({
    method: 'get',
    path: '/artifacts',
    operationId: 'searchArtifacts',
    tag: 'Artifacts',
    summary: 'Artifacts of a session, newest first',
    description: 'Every filter is applied before the limit. The session of a run is its runId.',
    query: artifactSearchQuery,
    replies: {
      200: {
        description: 'A page of headers.',
        schema: artifactPageSchema,
        example: { items: [HEADER], nextCursor: null },
      },
    },
    errors: [],
    handle: async ({ query }, { deps, tenant }) => {
      const { session, branch, agent, cursor, limit, ...filter } = query;
      const headers = await deps.artifacts.search({
        ...filter,
        tenant,
        sessionId: session,
        branchId: branch,
        agentId: agent,
        limit: limit + 1,
        beforeRef: decodeCursor(cursorKey, cursor)?.[0],
      });
      return { status: 200, body: pageOf(headers, limit, (header) => [header.ref], headerView) };
    },
  }),
  route({
    method: 'get',
    path: '/artifacts/{ref}',
    operationId: 'getArtifact',
    tag: 'Artifacts',
    summary: 'One artifact: header and payload',
    description: '`raw=1` answers the published bytes as a download.',
    params: artifactParams,
    query: artifactQuery,
    replies: {
      200: {
        description: 'The artifact.',
        schema: artifactViewSchema,
        example: {
          header: HEADER,
          encoding: 'json',
          payload: { content: 'Hello, Ada.', toolCalls: [], finishReason: 'stop', model: 'scripted-echo' },
        },
      },
    },
    errors: ['PayloadMissing', 'PayloadCorrupt'],
    handle: async ({ params, query }, { deps, tenant }) => {
      const { header, payload } = await deps.artifacts.get(tenant, params.ref);
      if (query.raw === '1') return { status: 200, bytes: payload, headers: downloadHeaders(header) };
      return { status: 200, body: { header: headerView(header), ...payloadView(header.mime, payload) } };
    },
  }),
];

/** Only the members of the wire: what the bus adds to its headers later stays inside until the schema says so. */
function headerView(header: ArtifactHeader) {
  return artifactHeaderSchema.strip().parse(header);
}

/** Agents write these bytes. A browser must neither run nor render them as ours, whatever type they claim. */
function downloadHeaders(header: ArtifactHeader): Record<string, string> {
  return {
    'content-type': /^[\w.+-]+\/[\w.+-]+(; ?charset=[\w-]+)?$/.test(header.mime)
      ? header.mime
      : 'application/octet-stream',
    'content-disposition': `attachment; filename="${header.ref}"`,
    'content-security-policy': "sandbox; default-src 'none'",
    etag: `"${header.sha256}"`,
  };
}
