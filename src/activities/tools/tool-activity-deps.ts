import type { Pool } from '../../adapters/postgres';
import type { ToolRegistry } from '../../adapters/tools';
import type { Payloads } from '../../domain/artifacts/payload-store';

export interface ToolActivityDeps {
  pool: Pool;
  payloads: Payloads;
  tools: ToolRegistry;
  /** Reads an artifact's payload as JSON; verified by length and digest on the way. */
  readJson(tenant: string, ref: string): Promise<unknown>;
  /** The same as text, for tools. @throws LonghaulError NotFound for an artifact of another tenant too */
  readText(tenant: string, ref: string): Promise<{ mime: string; text: string }>;
  /** Told after a result was committed: its artifacts and events may be pushed to live readers. */
  settled(): void;
}
