import { type Db, listTicks, simulationLineage } from '../../adapters/postgres';
import { RECORD_FORMAT, type RecordLine } from '../../domain/simulation/record/record-line';
import { requireSimulation } from './require-simulation';

export interface RecordPage {
  tenant: string;
  runId: string;
  /** Ticks after this one; undefined: from the definition on. */
  after: number | undefined;
  /** Of ticks. */
  limit: number;
}

/** A part of a run's record; the last one ends with where the record ends now. @throws LonghaulError NotFound */
export async function recordPage(db: Db, { tenant, runId, after, limit }: RecordPage): Promise<RecordLine[]> {
  const { row, simulation } = await requireSimulation(db, tenant, runId);
  const head = after === undefined ? await definitionLines(db, tenant, runId) : [];
  const range = { tenant, runId, after: after ?? 0, until: row.tick, limit };
  const ticks = (await listTicks(db, range)).map(({ tick, worldVersion, rounds, messages, hash }): RecordLine => ({
    ...{ type: 'tick', tick, worldVersion, rounds, hash },
    ...(messages === null ? {} : { messages }),
  }));
  const isLast = (after ?? 0) + ticks.length >= row.tick;
  const end: RecordLine = { type: 'end', tick: row.tick, hash: simulation.hash, status: row.status };
  return [...head, ...ticks, ...(isLast ? [end] : [])];
}

async function definitionLines(db: Db, tenant: string, runId: string): Promise<RecordLine[]> {
  const lineage = await simulationLineage(db, tenant, runId);
  return lineage.map((definition) => ({ type: 'definition', format: RECORD_FORMAT, ...definition }));
}
