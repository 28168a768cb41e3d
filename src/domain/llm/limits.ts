/** At most `limit` requests in *any* window of `windowMs`. */
export interface RequestWindow {
  /** Shown to people who wait: `requests/min`. */
  name: string;
  windowMs: number;
  limit: number;
}

/** Everything that one credential of one provider may do, over all processes. */
export interface Limits {
  windows: RequestWindow[];
  /** Requests under way at once. */
  concurrent: number;
}

export type Permit =
  | { granted: true }
  /** `limit` names what binds; ask again after `waitMs`. */
  | { granted: false; waitMs: number; limit: string };

/** A window of its own is part of the limit's meaning, so it is never left to a default. */
export function requestsPerMinute(limit: number): RequestWindow {
  return { name: 'requests/min', windowMs: 60_000, limit };
}
