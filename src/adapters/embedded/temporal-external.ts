import { LonghaulError } from '../../domain/kernel/errors';
import type { Foothold, Missed } from './ladder';
import type { ExternalSource } from './source';
import { probeTemporal } from './temporal-probe';
import { OLDEST_TEMPORAL_SERVER } from './temporal-version';
import { compareVersions } from './version';

/**
 * The server that the user named. It must serve: going on to another rung would start runs on a server where nobody
 * looks for them.
 */
export async function externalTemporal(
  external: { address: string; namespace: string } | undefined,
): Promise<Foothold<ExternalSource> | Missed> {
  if (!external) return { skipped: 'not set' };
  const { address, namespace } = external;
  const version = await probeTemporal(address, namespace);
  if (version === undefined) {
    const detail = `nothing serves namespace "${namespace}" at ${address}, which TEMPORAL_ADDRESS names`;
    throw new LonghaulError('ServiceUnavailable', { service: 'Temporal', detail });
  }
  if (compareVersions(version, OLDEST_TEMPORAL_SERVER) < 0) {
    throw new LonghaulError('ServiceTooOld', {
      service: `Temporal at ${address}`,
      found: version,
      needed: OLDEST_TEMPORAL_SERVER,
    });
  }
  return { found: { kind: 'external', address }, version };
}
