import { z } from 'zod';
import { agentGraphSchema } from '../../contracts/agent-graph.schema';
import {
  graphCreatedSchema,
  graphDefinitionSchema,
  graphListQuery,
  graphPageSchema,
  graphParams,
  graphQuery,
  graphValidationSchema,
  graphViewSchema,
  type GraphSummary,
} from '../../contracts/api.schema';
import { listGraphs, type StoredGraph, type Tx } from '../../adapters/postgres';
import type { AgentGraph } from '../../domain/agents/agent-graph';
import { decodeCursor, pageOf } from '../http/cursor';
import { matches } from '../http/etag';
import { once, REPLAYED } from '../idempotency';
import { route, type Route } from '../route';
import { judgeGraph, namedGraph, requireGraph, storeGraph } from '../services/graphs';

const DEFINITION = {
  name: 'greeting',
  agents: [
    {
      name: 'greeter',
      llmConfig: { model: 'scripted-echo', maxTokens: 100 },
      promptTemplate: 'Greet {{ inputs.name }}.',
    },
  ],
  inputs: { name: 'Ada' },
};
const SUMMARY = {
  id: '01938f3a-7c00-7000-8000-0123456789ab',
  name: 'greeting',
  version: 1,
  sha256: '2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae',
  agents: 1,
  createdAt: '2026-11-20T08:00:00.000Z',
};
const body = {
  schema: graphDefinitionSchema,
  formats: ['json', 'yaml'],
  example: DEFINITION,
  documented: agentGraphSchema,
  ownChecks: true,
} as const;
const cursorKey = z.tuple([z.string().max(128)]);

export const graphRoutes: readonly Route[] = [
  route({
    method: 'post',
    path: '/graphs',
    operationId: 'createGraph',
    tag: 'Graphs',
    summary: 'Store a definition',
    description:
      'A definition never changes: the same name with other content makes the next version, with the same content it is the version that exists.',
    body,
    idempotent: true,
    replies: {
      201: { description: 'Stored.', schema: graphCreatedSchema, example: { ...SUMMARY, warnings: [] } },
      200: {
        description: 'The latest version has this content already.',
        schema: graphCreatedSchema,
        example: { ...SUMMARY, warnings: [] },
      },
    },
    errors: ['InvalidGraph'],
    handle: async ({ body: definition }, context) => {
      const { graph, warnings } = requireGraph(definition, context.deps.tools);
      const { status, answer, replayed } = await once(context, 'POST /graphs', definition, (tx) =>
        store(tx, context.tenant, graph),
      );
      const location = `/graphs/${answer.name}?version=${answer.version}`;
      return { status, body: { ...answer, warnings }, headers: { location, ...(replayed ? REPLAYED : {}) } };
    },
  }),
  route({
    method: 'post',
    path: '/graphs/validate',
    operationId: 'validateGraph',
    tag: 'Graphs',
    summary: 'Check a definition without storing it',
    description: 'Answers 200 either way, with every problem and its path.',
    body,
    replies: {
      200: {
        description: 'What was found.',
        schema: graphValidationSchema,
        example: { valid: true, problems: [], warnings: [] },
      },
    },
    errors: [],
    handle: async ({ body: definition }, { deps }) => {
      const { problems, warnings } = judgeGraph(definition, deps.tools);
      return { status: 200, body: { valid: problems.length === 0, problems, warnings } };
    },
  }),
  route({
    method: 'get',
    path: '/graphs',
    operationId: 'listGraphs',
    tag: 'Graphs',
    summary: 'Latest version of each graph, by name',
    query: graphListQuery,
    replies: {
      200: { description: 'A page.', schema: graphPageSchema, example: { items: [SUMMARY], nextCursor: null } },
    },
    errors: [],
    handle: async ({ query }, { deps, tenant }) => {
      const after = decodeCursor(cursorKey, query.cursor)?.[0];
      const rows = await listGraphs(deps.pool, {
        tenant,
        limit: query.limit + 1,
        ...(after === undefined ? {} : { after }),
      });
      return { status: 200, body: pageOf(rows, query.limit, (row) => [row.name], summaryView) };
    },
  }),
  route({
    method: 'get',
    path: '/graphs/{name}',
    operationId: 'getGraph',
    tag: 'Graphs',
    summary: 'One definition, the latest version or a given one',
    params: graphParams,
    query: graphQuery,
    replies: {
      200: {
        description: 'The definition; its ETag is its digest.',
        schema: graphViewSchema,
        example: { ...SUMMARY, definition: DEFINITION },
      },
      304: { description: 'Unchanged (If-None-Match).' },
    },
    errors: [],
    handle: async ({ params, query }, { deps, tenant, header }) => {
      const graph = await namedGraph(deps.pool, tenant, { name: params.name, version: query.version });
      const headers = { etag: `"${graph.sha256}"`, 'cache-control': 'private, no-cache' };
      if (matches(header('if-none-match'), headers.etag)) return { status: 304, headers };
      return { status: 200, headers, body: { ...storedView(graph), definition: graph.definition } };
    },
  }),
];

async function store(tx: Tx, tenant: string, graph: AgentGraph) {
  const stored = await storeGraph(tx, tenant, graph);
  return { status: stored.fresh ? 201 : 200, answer: storedView(stored) };
}

function storedView(graph: StoredGraph): GraphSummary {
  return summaryView({ ...graph, agents: (graph.definition as AgentGraph).agents.length });
}

function summaryView({
  graphId,
  name,
  version,
  sha256,
  agents,
  createdAt,
}: Omit<StoredGraph, 'definition'> & { agents: number }): GraphSummary {
  return { id: graphId, name, version, sha256, agents, createdAt: createdAt.toISOString() };
}
