import { healthSchema, probeSchema } from '../../contracts/api.schema';
import { route, type Route } from '../route';
import { health, isReady } from '../services/health';

const EXAMPLE = {
  status: 'up',
  version: '0.1.0',
  uptimeSeconds: 42.5,
  dependencies: [{ name: 'postgres', required: true, status: 'up', latencyMs: 0.8, version: '18.4', detail: null }],
};

export const healthRoutes: readonly Route[] = [
  route({
    method: 'get',
    path: '/livez',
    operationId: 'live',
    tag: 'Health',
    summary: 'Whether the process answers',
    open: true,
    replies: { 200: { description: 'It does.', schema: probeSchema, example: { status: 'up' } } },
    errors: [],
    handle: async () => ({ status: 200, body: { status: 'up' } }),
  }),
  route({
    method: 'get',
    path: '/readyz',
    operationId: 'ready',
    tag: 'Health',
    summary: 'Whether requests can be answered',
    description: 'Needs PostgreSQL only: without Temporal or Redis runs wait, and everything can still be read.',
    open: true,
    replies: {
      200: { description: 'They can.', schema: probeSchema, example: { status: 'up' } },
      503: { description: 'PostgreSQL does not answer.', schema: probeSchema, example: { status: 'down' } },
    },
    errors: [],
    handle: async (_input, { deps }) =>
      (await isReady(deps)) ? { status: 200, body: { status: 'up' } } : { status: 503, body: { status: 'down' } },
  }),
  route({
    method: 'get',
    path: '/health',
    operationId: 'health',
    tag: 'Health',
    summary: 'Each service behind the API with latency and version',
    replies: {
      200: { description: 'The API works; `degraded` names what does not.', schema: healthSchema, example: EXAMPLE },
      503: {
        description: 'A required service is down.',
        schema: healthSchema,
        example: { ...EXAMPLE, status: 'down' },
      },
    },
    errors: [],
    handle: async (_input, { deps }) => {
      const body = await health(deps, Date.now());
      return { status: body.status === 'down' ? 503 : 200, body };
    },
  }),
];
