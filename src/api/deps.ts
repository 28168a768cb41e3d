import type { Log } from '../adapters/log';
import type { Settings } from '../adapters/config/settings';
import type { Pool } from '../adapters/postgres';
import type { RedisConnection } from '../adapters/redis';
import type { TemporalClient } from '../adapters/temporal';
import type { ArtifactBus } from '../gateway/artifacts';

/** All that the routes use, given by main.ts or by a test. Nothing here is looked up from a global. */
export interface ApiDeps {
  settings: Settings;
  token: string;
  pool: Pool;
  /** null: not configured. Starting a run is then accepted, and the sweeper of the io worker starts it. */
  temporal: TemporalClient | null;
  redis: RedisConnection | null;
  artifacts: ArtifactBus;
  log: Log;
  version: string;
  startedAtMs: number;
}
