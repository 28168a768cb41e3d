import { z } from 'zod';
import {
  artifactPageSchema,
  artifactParams,
  artifactQuery,
  artifactSearchQuery,
  artifactViewSchema,
} from '../../contracts/api.schema';
import type { ArtifactHeader } from '../../domain/artifacts/header';
import { decodeCursor, pageOf } from '../http/cursor';
import { route, type Route } from '../route';
import { headerView } from '../services/artifact-view';
import { payloadView } from '../services/payload-view';
import { ARTIFACT_HEADER } from './examples';

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
        example: { items: [ARTIFACT_HEADER], nextCursor: null },
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
          header: ARTIFACT_HEADER,
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
