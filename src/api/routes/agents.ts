import { z } from 'zod';
import { deleteRunner, listRunners, registerRunner, type StoredRunner } from '../../adapters/postgres';
import {
  registerRunnerSchema,
  runnerDeletedSchema,
  runnerListQuery,
  runnerPageSchema,
  runnerParams,
  runnerSchema,
  type RegisterRunner,
  type RunnerView,
} from '../../contracts/api.schema';
import { LonghaulError } from '../../domain/kernel/errors';
import type { Runner } from '../../domain/simulation/runners/runner';
import { decodeCursor, pageOf } from '../http/cursor';
import { route, type Route } from '../route';
import { checkPlace } from '../services/place-agents';

const AT = '2026-11-20T08:00:00.000Z';
const REGISTERED: RunnerView = {
  ...{ id: 'far-1', kind: 'worker', address: 'far', capabilities: { region: 'eu', memoryGb: 8 } },
  credential: null,
  ...{ registeredAt: AT, seenAt: AT, goneAt: '2026-11-20T08:01:00.000Z', gone: false },
};
const cursorKey = z.tuple([z.string().max(64)]);

export const agentRoutes: readonly Route[] = [
  route({
    method: 'post',
    path: '/agents/register',
    operationId: 'registerRunner',
    tag: 'Agents',
    summary: 'Register what runs agents or partitions outside',
    description:
      'An HTTP endpoint, a program that the operator has configured by name, or a worker with a task queue of its own. ' +
      'The same id again renews what it said: a runner with `ttlSeconds` does so to stay.',
    body: {
      schema: registerRunnerSchema,
      formats: ['json'],
      example: {
        ...{ id: 'far-1', kind: 'worker', taskQueue: 'far' },
        ...{ capabilities: { region: 'eu', memoryGb: 8 }, ttlSeconds: 60 },
      },
    },
    replies: {
      201: { description: 'New.', schema: runnerSchema, example: REGISTERED },
      200: { description: 'Renewed.', schema: runnerSchema, example: REGISTERED },
    },
    errors: ['RefusedAddress', 'UnknownCommand', 'UnknownCredential', 'TooManyRunners'],
    handle: async ({ body }, { deps, tenant }) => {
      const runner = runnerOf(body);
      checkPlace(runner, deps.agentPlaces);
      const registration = { ...runner, ttlSeconds: body.ttlSeconds };
      const stored = await registerRunner(deps.pool, tenant, registration, deps.settings.runners.registeredMax);
      return { status: stored.fresh ? 201 : 200, body: runnerView(stored) };
    },
  }),
  route({
    method: 'get',
    path: '/agents/list',
    operationId: 'listRunners',
    tag: 'Agents',
    summary: 'Runners, by id',
    description: 'Those that are gone are listed too, for a day.',
    query: runnerListQuery,
    replies: {
      200: { description: 'A page.', schema: runnerPageSchema, example: { items: [REGISTERED], nextCursor: null } },
    },
    errors: [],
    handle: async ({ query }, { deps, tenant }) => {
      const after = decodeCursor(cursorKey, query.cursor)?.[0];
      const rows = await listRunners(deps.pool, { tenant, limit: query.limit + 1, after });
      return { status: 200, body: pageOf(rows, query.limit, ({ id }) => [id], runnerView) };
    },
  }),
  route({
    method: 'post',
    path: '/agents/{id}/delete',
    operationId: 'deleteRunner',
    tag: 'Agents',
    summary: 'Remove a runner',
    description: 'Runs that were given to it go on with fallback decisions until it is registered again.',
    params: runnerParams,
    replies: { 200: { description: 'It is gone.', schema: runnerDeletedSchema, example: { deleted: true } } },
    errors: ['NotFound'],
    handle: async ({ params: { id } }, { deps, tenant }) => {
      if (!(await deleteRunner(deps.pool, tenant, id))) throw new LonghaulError('NotFound', { what: 'Runner', id });
      return { status: 200, body: { deleted: true } };
    },
  }),
];

function runnerOf(asked: RegisterRunner): Runner {
  const { id, kind, capabilities } = asked;
  switch (kind) {
    case 'endpoint':
      return { id, kind, capabilities, address: asked.url, credential: asked.credential };
    case 'process':
      return { id, kind, capabilities, address: asked.command };
    case 'worker':
      return { id, kind, capabilities, address: asked.taskQueue };
  }
}

function runnerView({ registeredAt, seenAt, goneAt, capabilities, ...runner }: StoredRunner): RunnerView {
  const { id, kind, address, credential, gone } = runner;
  return {
    ...{ id, kind, address, credential, gone, capabilities: capabilities as RunnerView['capabilities'] },
    ...{
      registeredAt: registeredAt.toISOString(),
      seenAt: seenAt.toISOString(),
      goneAt: goneAt?.toISOString() ?? null,
    },
  };
}
