import type { Log } from '../adapters/log';
import type { PriceBook } from '../adapters/llm';
import type { Settings } from '../adapters/config/settings';
import type { Pool } from '../adapters/postgres';
import type { RedisConnection } from '../adapters/redis';
import type { TemporalClient } from '../adapters/temporal';
import type { ToolRegistry } from '../adapters/tools';
import type { Payloads } from '../domain/artifacts/payload-store';
import type { ArtifactBus } from '../gateway/artifacts';
import type { OpenStreams } from './http/open-streams';
import type { AgentPlaces } from './services/place-agents';
import type { Telemetry } from './services/telemetry';

/** All that the routes use, given by main.ts or by a test. Nothing here is looked up from a global. */
export interface ApiDeps {
  settings: Settings;
  token: string;
  pool: Pool;
  /** null: not configured. Starting a run is then accepted, and the sweeper of the io worker starts it. */
  temporal: TemporalClient | null;
  redis: RedisConnection | null;
  artifacts: ArtifactBus;
  payloads: Payloads;
  /** For their names and declarations; tools are executed by workers only. */
  tools: ToolRegistry;
  /** Where agents outside may be asked; workers ask them. */
  agentPlaces: AgentPlaces;
  /** For costs that programs record. */
  prices: PriceBook;
  telemetry: Telemetry;
  streams: OpenStreams;
  log: Log;
  version: string;
  startedAtMs: number;
}
