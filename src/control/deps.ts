import type { Pool } from '../adapters/postgres';
import type { TemporalClient } from '../adapters/temporal';

export interface ControlDeps {
  pool: Pool;
  temporal: TemporalClient['client'];
}
