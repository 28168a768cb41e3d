import { LonghaulError, type Problem } from '../kernel/errors';
import type { ArtifactHeader, ArtifactType } from './header';

export const DEFAULT_SEARCH_LIMIT = 50;
export const MAX_SEARCH_LIMIT = 1000;

/** What narrows a search or a subscription. All given criteria must hold. */
export interface ArtifactFilter {
  branchId?: string;
  type?: ArtifactType;
  tag?: string;
  agentId?: string;
  /** ISO 8601; artifacts of this moment or later. */
  since?: string;
}

/** A search in one session, newest first. `limit` counts matches: filters come before it. */
export interface ArtifactSearch extends ArtifactFilter {
  tenant: string;
  sessionId: string;
  /** 1–1000, default 50. */
  limit?: number;
  /** Only artifacts older than this one: the `ref` of the last row of the page before. */
  beforeRef?: string;
}

/** What a filter looks at; also true of the lean headers that live readers get. */
export type Filterable = Pick<ArtifactHeader, 'branchId' | 'type' | 'tags' | 'agentId' | 'ts'>;

export function matchesFilter(header: Filterable, filter: ArtifactFilter): boolean {
  return (
    (filter.branchId === undefined || header.branchId === filter.branchId) &&
    (filter.type === undefined || header.type === filter.type) &&
    (filter.agentId === undefined || header.agentId === filter.agentId) &&
    (filter.tag === undefined || header.tags.includes(filter.tag)) &&
    (filter.since === undefined || Date.parse(header.ts) >= Date.parse(filter.since))
  );
}

const ISO_INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,9})?)?(Z|[+-]\d\d:\d\d)$/;

/**
 * Fills the limit in and refuses what the database would choke on.
 *
 * @throws LonghaulError InvalidRequest with every problem at once
 */
export function normalizeSearch<T extends ArtifactFilter & { limit?: number }>(search: T): T & { limit: number } {
  const problems: Problem[] = [];
  const limit = search.limit ?? DEFAULT_SEARCH_LIMIT;
  if (!Number.isInteger(limit) || limit < 1 || limit > MAX_SEARCH_LIMIT) {
    problems.push({ path: 'limit', message: `must be a whole number from 1 to ${MAX_SEARCH_LIMIT}, not ${limit}` });
  }
  if (search.since !== undefined && !isInstant(search.since)) {
    problems.push({ path: 'since', message: 'must be an ISO 8601 instant with a zone, such as 2025-01-31T12:00:00Z' });
  }
  if (problems.length > 0) {
    throw new LonghaulError('InvalidRequest', { where: 'artifact search', count: problems.length }, problems);
  }
  return { ...search, limit };
}

function isInstant(text: string): boolean {
  return ISO_INSTANT.test(text) && !Number.isNaN(Date.parse(text));
}
