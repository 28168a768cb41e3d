import type { StackOptions } from '../../adapters/embedded';
import { loadSettings } from '../../adapters/config';

/** Servers that the user named; those are used, and nothing that merely listens on a default port. */
export function externalServices(): NonNullable<StackOptions['external']> {
  const { settings, origins } = loadSettings({ env: process.env, cwd: process.cwd() });
  const named = (path: string) => origins.get(path) !== 'default';
  const { address, namespace, uiUrl } = settings.temporal;
  return {
    temporal: named('temporal.address')
      ? { address, namespace, ...(named('temporal.uiUrl') ? { uiUrl } : {}) }
      : undefined,
    databaseUrl: named('postgres.url') ? settings.postgres.url : undefined,
    redisUrl: named('redis.url') ? settings.redis.url : undefined,
  };
}
