/** Names of what the artifact bus keeps in Redis. All of it can be rebuilt from PostgreSQL. */

/** Every artifact of every session, newest last; about 100,000 entries. */
export const ARTIFACT_STREAM = 'stream:artifacts';

/** What happens to one thing, such as `run:{runId}`. */
export function topicStream(topic: string): string {
  return `stream:${topic}`;
}

export interface SessionKeys {
  /** Set while the four below hold everything they should; without it they say nothing. */
  complete: string;
  /** The token of whoever builds them. */
  building: string;
  /** ref → full header. */
  headers: string;
  /** ref → lean header. */
  index: string;
  /** ref by time in µs. */
  timeline: string;
  /** ref by step. */
  branch(branchId: string): string;
}

/** One hash tag per session, so that a script may touch all keys of a session in a cluster too. */
export function sessionKeys(tenant: string, sessionId: string): SessionKeys {
  // Encoded, because a `}` in an id would end the hash tag early and a `/` would make two pairs one.
  const base = `artifacts:{${encodeURIComponent(tenant)}/${encodeURIComponent(sessionId)}}`;
  return {
    complete: `${base}:complete`,
    building: `${base}:building`,
    headers: `${base}:headers`,
    index: `${base}:index`,
    timeline: `${base}:timeline`,
    branch: (branchId) => `${base}:branch:${encodeURIComponent(branchId)}`,
  };
}

/** Says that Redis holds what was published on a stream; gone after a flush. */
export function generationKey(stream: string): string {
  return `longhaul:{${stream}}:generation`;
}

export function healingKey(stream: string): string {
  return `longhaul:{${stream}}:healing`;
}
