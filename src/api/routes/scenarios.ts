import { z } from 'zod';
import {
  scenarioDefinitionSchema,
  scenarioListQuery,
  scenarioPageSchema,
  scenarioParams,
  scenarioQuery,
  scenarioSummarySchema,
  scenarioValidationSchema,
  scenarioViewSchema,
  type ScenarioSummary,
} from '../../contracts/api.schema';
import { scenarioSchema } from '../../contracts/scenario.schema';
import { listScenarios, type StoredScenario, type Tx } from '../../adapters/postgres';
import type { ScenarioDefinition } from '../../domain/scenarios/definition';
import { decodeCursor, pageOf } from '../http/cursor';
import { matches } from '../http/etag';
import { once, REPLAYED } from '../idempotency';
import { route, type Route } from '../route';
import { judgeScenarioDefinition, namedScenario, requireScenario, storeScenario } from '../services/scenarios';

const DEFINITION = {
  scenarioName: 'first_month',
  difficultyTier: 0,
  expectedDuration: 30,
  successCriteria: { profit_min: 500, survival: true },
  marketConditions: { demandFactor: 0.9, seasonality: false },
  businessParameters: { products: ['P002'], openingStock: 500 },
  externalEvents: [
    { name: 'a slump', tick: 12, type: 'demand_shift', impact: { demandFactor: 0.7, durationDays: 10 } },
  ],
  agentConstraints: { initialCapitalUsd: 10_000 },
};
const SUMMARY = {
  id: '01938f3a-7d00-7000-8000-0123456789ab',
  name: 'first_month',
  version: 1,
  sha256: '2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae',
  description: '',
  difficultyTier: 0,
  expectedDuration: 30,
  sellers: 1,
  createdAt: '2026-11-20T08:00:00.000Z',
};
const body = {
  schema: scenarioDefinitionSchema,
  formats: ['json', 'yaml'],
  example: DEFINITION,
  documented: scenarioSchema,
  ownChecks: true,
} as const;
const cursorKey = z.tuple([z.string().max(128)]);
const VALIDATION = {
  description: 'What was found.',
  schema: scenarioValidationSchema,
  example: { valid: true, errors: [] },
};

export const scenarioRoutes: readonly Route[] = [
  route({
    method: 'post',
    path: '/scenarios',
    operationId: 'createScenario',
    tag: 'Scenarios',
    summary: 'Store a scenario',
    description:
      'A scenario never changes: the same name with other content makes the next version, with the same content it is the version that exists.',
    body,
    idempotent: true,
    replies: {
      201: { description: 'Stored.', schema: scenarioSummarySchema, example: SUMMARY },
      200: {
        description: 'The latest version has this content already.',
        schema: scenarioSummarySchema,
        example: SUMMARY,
      },
    },
    errors: ['InvalidScenario'],
    handle: async ({ body: raw }, context) => {
      const definition = requireScenario(raw);
      const { status, answer, replayed } = await once(context, 'POST /scenarios', raw, (tx) =>
        store(tx, context.tenant, definition),
      );
      const location = `/scenarios/${answer.name}?version=${answer.version}`;
      return { status, body: answer, headers: { location, ...(replayed ? REPLAYED : {}) } };
    },
  }),
  route({
    method: 'post',
    path: '/scenarios/validate',
    operationId: 'validateScenario',
    tag: 'Scenarios',
    summary: 'Check a scenario without storing it',
    description: 'Answers 200 either way, with every problem and its path.',
    body,
    replies: { 200: VALIDATION },
    errors: [],
    handle: async ({ body: raw }) => ({ status: 200, body: validationOf(raw) }),
  }),
  route({
    method: 'get',
    path: '/scenarios',
    operationId: 'listScenarios',
    tag: 'Scenarios',
    summary: 'Latest version of each scenario, by name',
    query: scenarioListQuery,
    replies: {
      200: { description: 'A page.', schema: scenarioPageSchema, example: { items: [SUMMARY], nextCursor: null } },
    },
    errors: [],
    handle: async ({ query }, { deps, tenant }) => {
      const after = decodeCursor(cursorKey, query.cursor)?.[0];
      const rows = await listScenarios(deps.pool, {
        tenant,
        limit: query.limit + 1,
        ...(after === undefined ? {} : { after }),
      });
      return { status: 200, body: pageOf(rows, query.limit, (row) => [row.name], summaryView) };
    },
  }),
  route({
    method: 'get',
    path: '/scenarios/{name}',
    operationId: 'getScenario',
    tag: 'Scenarios',
    summary: 'One scenario, the latest version or a given one',
    params: scenarioParams,
    query: scenarioQuery,
    replies: {
      200: {
        description: 'The scenario; its ETag is its digest.',
        schema: scenarioViewSchema,
        example: { ...SUMMARY, definition: DEFINITION },
      },
      304: { description: 'Unchanged (If-None-Match).' },
    },
    errors: [],
    handle: async ({ params, query }, { deps, tenant, header }) => {
      const scenario = await namedScenario(deps.pool, tenant, { name: params.name, version: query.version });
      const headers = { etag: `"${scenario.sha256}"`, 'cache-control': 'private, no-cache' };
      if (matches(header('if-none-match'), headers.etag)) return { status: 304, headers };
      return { status: 200, headers, body: { ...summaryView(scenario), definition: scenario.definition } };
    },
  }),
  route({
    method: 'get',
    path: '/scenarios/{name}/validate',
    operationId: 'validateStoredScenario',
    tag: 'Scenarios',
    summary: 'Check a stored scenario against this version of the program',
    description:
      'A scenario was in order when it was stored; a later program may know other products, events or bounds.',
    params: scenarioParams,
    query: scenarioQuery,
    replies: { 200: VALIDATION },
    errors: [],
    handle: async ({ params, query }, { deps, tenant }) => {
      const { definition } = await namedScenario(deps.pool, tenant, { name: params.name, version: query.version });
      return { status: 200, body: validationOf(definition) };
    },
  }),
];

async function store(tx: Tx, tenant: string, definition: ScenarioDefinition) {
  const stored = await storeScenario(tx, tenant, definition);
  return { status: stored.fresh ? 201 : 200, answer: summaryView(stored) };
}

function validationOf(raw: unknown) {
  const { problems: errors } = judgeScenarioDefinition(raw);
  return { valid: errors.length === 0, errors };
}

function summaryView({ scenarioId, name, version, sha256, createdAt, definition }: StoredScenario): ScenarioSummary {
  const { description, difficultyTier, expectedDuration, multiAgentConfig } = definition as ScenarioDefinition;
  return {
    ...{ id: scenarioId, name, version, sha256, description, difficultyTier, expectedDuration },
    ...{ sellers: multiAgentConfig?.roles.length ?? 1, createdAt: createdAt.toISOString() },
  };
}
