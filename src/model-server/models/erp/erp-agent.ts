import type { JsonRecord, Reading } from './reading';

/** One agent of the ERP graph. `role` also serves agents that extend its name (`resume_parser_alice`). */
export interface ErpAgent {
  role: string;
  answer(reading: Reading): JsonRecord;
}
