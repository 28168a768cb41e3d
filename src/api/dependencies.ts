import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Log } from '../adapters/log';
import type { Settings } from '../adapters/config/settings';
import { openPriceBook } from '../adapters/llm';
import { assertSchema, createPool } from '../adapters/postgres';
import { connectRedis } from '../adapters/redis';
import { connectTemporalLazily } from '../adapters/temporal';
import { AllowedHosts, CredentialHosts, openTools } from '../adapters/tools';
import { jsonSchemaProblem } from '../adapters/json-schema';
import { createArtifactBus, createPayloads } from '../gateway/artifacts';
import { ResourceSampler } from '../adapters/telemetry/resource-sampler';
import type { ApiDeps } from './deps';
import { OpenStreams } from './http/open-streams';
import { Telemetry } from './services/telemetry';

/**
 * Opens what the API stands on. Only PostgreSQL must answer now (a wrong schema version ends the start); Temporal and
 * Redis connect with their first use, because the API serves without them.
 *
 * @throws LonghaulError SchemaVersion | SchemaEdited | ServiceUnavailable | UnusableFile (a broken plug-in) | InvalidConfiguration (price file)
 */
export async function openDependencies(
  settings: Settings,
  token: string,
  log: Log,
): Promise<{ deps: ApiDeps; close(): Promise<void> }> {
  const tools = openTools(settings.tools, process.env, jsonSchemaProblem);
  const pool = createPool(settings.postgres.url, {
    max: settings.postgres.poolMax,
    applicationName: 'longhaul-api',
    onIdleError: (err) => log.warn({ err }, 'PostgreSQL connection lost'),
  });
  await assertSchema(pool);
  const temporal = connectTemporalLazily(settings.temporal);
  const redis = connectRedis(settings.redis.url, {
    name: 'longhaul-api',
    onError: (err) => log.warn({ err }, 'Redis connection lost'),
  });
  const payloads = createPayloads(pool, settings.payloads);
  const artifacts = createArtifactBus({ pool, payloads, redis, log });
  const telemetry = new Telemetry(new ResourceSampler(settings.payloads.dir), pool, log, {
    ...settings.monitoring,
    tenant: settings.tenant,
  });
  telemetry.start();
  const deps = {
    settings,
    token,
    pool,
    temporal,
    redis,
    artifacts,
    payloads,
    tools,
    agentPlaces: {
      hosts: new AllowedHosts(settings.runners.httpAllow, 'runners.httpAllow'),
      commands: settings.runners.commands.map(({ name }) => name),
      credentials: new CredentialHosts(settings.runners.credentials),
    },
    prices: openPriceBook(settings.llm),
    telemetry,
    streams: new OpenStreams(settings.api.streamsMax),
    log,
    version: packageVersion(),
    startedAtMs: Date.now(),
  };
  const close = async () => {
    await telemetry.stop();
    await artifacts.close();
    await temporal.close();
    redis.disconnect();
    await pool.end();
  };
  return { deps, close };
}

/** The same from src/api and from dist/api. */
function packageVersion(): string {
  const { version } = JSON.parse(readFileSync(join(__dirname, '../../package.json'), 'utf8')) as { version: string };
  return version;
}
