import { access, constants } from 'node:fs/promises';
import type { DependencyHealth, Health } from '../../contracts/api.schema';
import { postgresVersion } from '../../adapters/postgres';
import { redisVersion } from '../../adapters/redis';
import { temporalVersion } from '../../adapters/temporal';
import type { ApiDeps } from '../deps';

/** Shorter than the second or two that a load balancer gives a probe. */
const CHECK_TIMEOUT_MS = 1_500;

interface Check {
  name: DependencyHealth['name'];
  /** Without PostgreSQL nothing can be answered; without the others runs wait, and reading goes on. */
  required: boolean;
  /** Resolves to the version when there is one. */
  probe(deps: ApiDeps): Promise<string | null>;
}

const CHECKS: readonly Check[] = [
  { name: 'postgres', required: true, probe: ({ pool }) => postgresVersion(pool) },
  {
    name: 'temporal',
    required: false,
    probe: ({ temporal }) => (temporal === null ? notConfigured() : temporalVersion(temporal.client)),
  },
  { name: 'redis', required: false, probe: ({ redis }) => (redis === null ? notConfigured() : redisVersion(redis)) },
  {
    name: 'payloads',
    required: false,
    probe: async ({ settings }) => {
      await access(settings.payloads.dir, constants.R_OK);
      return null;
    },
  },
];

export async function health(deps: ApiDeps, nowMs: number): Promise<Health> {
  const dependencies = await Promise.all(CHECKS.map((check) => checked(check, deps)));
  const down = dependencies.filter((dependency) => dependency.status === 'down');
  const status = down.some((dependency) => dependency.required) ? 'down' : down.length > 0 ? 'degraded' : 'up';
  return { status, version: deps.version, uptimeSeconds: (nowMs - deps.startedAtMs) / 1000, dependencies };
}

/** Whether requests can be answered at all. */
export async function isReady(deps: ApiDeps): Promise<boolean> {
  const required = CHECKS.filter((check) => check.required);
  const results = await Promise.all(required.map((check) => checked(check, deps)));
  return results.every((result) => result.status === 'up');
}

async function checked(check: Check, deps: ApiDeps): Promise<DependencyHealth> {
  const { name, required } = check;
  const begin = performance.now();
  try {
    const version = await withDeadline(check.probe(deps));
    const latencyMs = Math.round((performance.now() - begin) * 100) / 100;
    return { name, required, status: 'up', latencyMs, version, detail: null };
  } catch (error) {
    deps.log.warn({ err: error, dependency: name }, 'dependency is down');
    return { name, required, status: 'down', latencyMs: null, version: null, detail: safeDetail(error) };
  }
}

/** Only the error's code: messages of drivers name hosts and users. */
function safeDetail(error: unknown): string {
  const code = (error as { code?: unknown }).code;
  return typeof code === 'string' || typeof code === 'number' ? `no answer (${code})` : 'no answer';
}

function notConfigured(): Promise<never> {
  return Promise.reject(Object.assign(new Error('not configured'), { code: 'not configured' }));
}

async function withDeadline<T>(probe: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const deadline = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(
      () => reject(Object.assign(new Error('no answer in time'), { code: `within ${CHECK_TIMEOUT_MS} ms` })),
      CHECK_TIMEOUT_MS,
    );
  });
  try {
    return await Promise.race([probe, deadline]);
  } finally {
    clearTimeout(timer);
  }
}
