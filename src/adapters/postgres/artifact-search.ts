import type { ArtifactHeader, ArtifactType, TimedHeader } from '../../domain/artifacts/header';
import { type ArtifactSearch, DEFAULT_SEARCH_LIMIT } from '../../domain/artifacts/search';
import { LonghaulError } from '../../domain/kernel/errors';
import { HEADER_COLUMNS, type HeaderRow, TIMED_COLUMNS, toHeader, toTimedHeader } from './artifact-row';
import { firstRow, isUuid, rows, type Db } from './rows';

/**
 * Newest first, filtered before the limit. On one branch newest means highest step; across branches, latest moment.
 * Only the conditions asked for are written: `$1 IS NULL OR …` would keep a prepared plan from the indexes.
 *
 * @throws LonghaulError NotFound when `beforeRef` is no artifact of the session
 */
export async function searchArtifacts(db: Db, search: ArtifactSearch): Promise<ArtifactHeader[]> {
  const values: unknown[] = [];
  const bind = (value: unknown): string => `$${values.push(value)}`;
  const position = search.branchId === undefined ? 'ts, ref' : 'step_idx';
  const conditions = [
    `tenant_id = ${bind(search.tenant)}`,
    `session_id = ${bind(search.sessionId)}`,
    search.branchId !== undefined && `branch_id = ${bind(search.branchId)}`,
    search.type !== undefined && `type = ${bind(search.type)}`,
    search.agentId !== undefined && `agent_id = ${bind(search.agentId)}`,
    search.tag !== undefined && `tags @> ARRAY[${bind(search.tag)}]`,
    search.since !== undefined && `ts >= ${bind(search.since)}::timestamptz`,
    search.beforeRef !== undefined &&
      `(${position}) < (SELECT ${position} FROM artifact WHERE ref = ${bind(await refInSession(db, search))})`,
  ].filter((condition) => condition !== false);
  const order = search.branchId === undefined ? 'ts DESC, ref DESC' : 'step_idx DESC';
  const found = await rows<HeaderRow>(
    db,
    `SELECT ${HEADER_COLUMNS} FROM artifact WHERE ${conditions.join(' AND ')} ORDER BY ${order} LIMIT ${bind(search.limit ?? DEFAULT_SEARCH_LIMIT)}`,
    values,
  );
  return found.map(toHeader);
}

/** A page that went on from nowhere would look like the end of the list. */
async function refInSession(db: Db, { tenant, sessionId, beforeRef = '' }: ArtifactSearch): Promise<string> {
  const found = isUuid(beforeRef)
    ? await firstRow(db, 'SELECT FROM artifact WHERE tenant_id = $1 AND session_id = $2 AND ref = $3', [
        tenant,
        sessionId,
        beforeRef,
      ])
    : undefined;
  if (!found) throw new LonghaulError('NotFound', { what: 'Artifact', id: beforeRef });
  return beforeRef;
}

export interface ArtifactRange {
  tenant: string;
  sessionId: string;
  branchId: string;
  type?: ArtifactType;
  count: number;
}

/** The first or last `count` artifacts of a branch, in step order. The type is looked at before counting. */
export async function readArtifacts(db: Db, end: 'first' | 'last', range: ArtifactRange): Promise<ArtifactHeader[]> {
  const found = await rows<HeaderRow>(
    db,
    `SELECT ${HEADER_COLUMNS} FROM artifact
     WHERE tenant_id = $1 AND session_id = $2 AND branch_id = $3 ${range.type === undefined ? '' : 'AND type = $5'}
     ORDER BY step_idx ${end === 'first' ? 'ASC' : 'DESC'} LIMIT $4`,
    [range.tenant, range.sessionId, range.branchId, range.count, ...(range.type === undefined ? [] : [range.type])],
  );
  return (end === 'first' ? found : found.reverse()).map(toHeader);
}

export interface BranchAfter {
  tenant: string;
  sessionId: string;
  branchId: string;
  /** Only later steps; -1 for all. */
  afterStep: number;
}

/** What follows a step of a branch, in step order. */
export async function artifactsAfter(
  db: Db,
  { tenant, sessionId, branchId, afterStep }: BranchAfter,
  limit: number,
): Promise<ArtifactHeader[]> {
  const found = await rows<HeaderRow>(
    db,
    `SELECT ${HEADER_COLUMNS} FROM artifact
     WHERE tenant_id = $1 AND session_id = $2 AND branch_id = $3 AND step_idx > $4 ORDER BY step_idx LIMIT $5`,
    [tenant, sessionId, branchId, afterStep, limit],
  );
  return found.map(toHeader);
}

/** By ref, of all tenants: for the relay, which publishes for all of them. */
export async function timedArtifacts(db: Db, refs: readonly string[]): Promise<Map<string, TimedHeader>> {
  const found = await rows<HeaderRow & { micros: number }>(
    db,
    `SELECT ${TIMED_COLUMNS} FROM artifact WHERE ref = ANY ($1)`,
    [refs],
  );
  return new Map(found.map((row) => [row.ref, toTimedHeader(row)]));
}

/** The newest `limit` artifacts of a session, newest first: what its live index is rebuilt from. */
export async function newestArtifacts(
  db: Db,
  tenant: string,
  sessionId: string,
  limit: number,
): Promise<TimedHeader[]> {
  const found = await rows<HeaderRow & { micros: number }>(
    db,
    `SELECT ${TIMED_COLUMNS} FROM artifact WHERE tenant_id = $1 AND session_id = $2 ORDER BY ts DESC, ref DESC LIMIT $3`,
    [tenant, sessionId, limit],
  );
  return found.map(toTimedHeader);
}

export async function sessionBranches(db: Db, tenant: string, sessionId: string): Promise<string[]> {
  const found = await rows<{ branchId: string }>(
    db,
    'SELECT branch_id AS "branchId" FROM artifact_branch WHERE tenant_id = $1 AND session_id = $2',
    [tenant, sessionId],
  );
  return found.map((row) => row.branchId);
}
