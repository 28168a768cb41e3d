import type { Finding } from './finding';
import { isStillAlive } from './process-identity';
import { probePostgres } from './postgres-probe';
import { probeRedis } from './redis-probe';
import { logFileOf } from './services';
import type { ServiceState, StackState } from './state-file';
import {
  missingSearchAttributes,
  probeTemporal,
  retentionDays,
  standaloneRefusal,
  type SearchAttributes,
} from './temporal-probe';

const HTTP_TIMEOUT_MS = 3_000;
const SHORTEST_RETENTION_DAYS = 30;

/** Asks everything that the state file names. */
export async function examineStack(
  dir: string,
  state: StackState,
  searchAttributes: SearchAttributes,
): Promise<Finding[]> {
  const { temporal, postgres, redis, modelServer } = state.services;
  const findings = await Promise.all([
    temporal && examineTemporal(dir, temporal, searchAttributes),
    postgres && examine(dir, 'PostgreSQL', 'postgres', postgres, hostOf(postgres.url), probePostgres(postgres.url)),
    redis && examineRedis(dir, redis),
    modelServer && examineHttp(dir, 'model server', 'model-server', modelServer.url, '/livez'),
    state.api && examineHttp(dir, 'API', 'api', state.api.url, '/readyz'),
  ]);
  return [...findings.filter((finding) => finding !== undefined), ...examineWorkers(dir, state)];
}

async function examineTemporal(
  dir: string,
  service: NonNullable<StackState['services']['temporal']>,
  wanted: SearchAttributes,
): Promise<Finding> {
  const { address, namespace } = service;
  const finding = await examine(
    dir,
    'Temporal',
    'temporal',
    service,
    `${address}, namespace ${namespace}`,
    probeTemporal(address, namespace),
  );
  if (!finding.healthy) return finding;
  const days = await retentionDays(address, namespace);
  const missing = await missingSearchAttributes(address, namespace, wanted);
  if (missing.length > 0)
    return {
      ...finding,
      healthy: false,
      detail: `search attributes are missing: ${missing.join(', ')}`,
      mend: 'run `longhaul up` again, or register them with `temporal operator search-attribute create`.',
    };
  const refusal = await standaloneRefusal(address, namespace);
  if (refusal !== undefined)
    return {
      ...finding,
      healthy: false,
      detail: `takes no standalone activities, which calls of /v1 are made of: ${refusal}`,
      mend: 'set the dynamic configuration `activity.enableStandalone: true`, and restart the server.',
    };
  if (days < SHORTEST_RETENTION_DAYS)
    return {
      ...finding,
      healthy: false,
      detail: `closed runs are kept for ${days} days`,
      mend: `temporal operator namespace update --retention ${SHORTEST_RETENTION_DAYS}d ${namespace}`,
    };
  return { ...finding, detail: `${finding.detail}, closed runs are kept for ${days} days` };
}

async function examineRedis(dir: string, service: NonNullable<StackState['services']['redis']>): Promise<Finding> {
  const facts = await probeRedis(service.url);
  const finding = await examine(dir, 'Redis', 'redis', service, hostOf(service.url), Promise.resolve(facts?.version));
  const policy = facts?.maxmemoryPolicy ?? 'noeviction';
  if (policy === 'noeviction') return finding;
  return {
    ...finding,
    healthy: false,
    detail: `maxmemory-policy is ${policy}: limits are forgotten when memory is short`,
    mend: 'set maxmemory-policy to noeviction.',
  };
}

async function examine(
  dir: string,
  name: string,
  program: string,
  { origin, version, pid }: ServiceState,
  detail: string,
  probe: Promise<string | undefined>,
): Promise<Finding> {
  const found = await probe;
  if (found !== undefined) return { name, healthy: true, origin, version: found, detail };
  const mend =
    pid === undefined
      ? `see why the server at ${detail} does not answer.`
      : `see ${logFileOf(dir, program)}; \`longhaul up\` restarts it.`;
  return { name, healthy: false, origin, version, detail: `does not answer at ${detail}`, mend };
}

async function examineHttp(dir: string, name: string, program: string, url: string, path: string): Promise<Finding> {
  const problem = await fetch(new URL(path, url), { signal: AbortSignal.timeout(HTTP_TIMEOUT_MS) }).then(
    (response) => (response.ok ? undefined : `answers ${response.status} to ${path}`),
    (error: Error) => `does not answer: ${error.message}`,
  );
  const base = { name, origin: 'this project', version: '' };
  if (problem === undefined) return { ...base, healthy: true, detail: url };
  return { ...base, healthy: false, detail: `${url} ${problem}`, mend: `see ${logFileOf(dir, program)}.` };
}

function examineWorkers(dir: string, { workers, processes }: StackState): Finding[] {
  return workers.map(({ role, pid }) => {
    const alive = processes.some((process) => process.pid === pid && isStillAlive(process));
    const base = { name: `worker ${role}`, origin: 'this project', version: '' };
    if (alive) return { ...base, healthy: true, detail: `process ${pid}` };
    return {
      ...base,
      healthy: false,
      detail: `process ${pid} is gone`,
      mend: `see ${logFileOf(dir, `worker-${role}`)}.`,
    };
  });
}

/** Without user and password. */
function hostOf(url: string): string {
  const { host, pathname } = new URL(url);
  return `${host}${pathname === '/' ? '' : pathname}`;
}
