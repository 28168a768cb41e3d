/** One line of `longhaul doctor`. */
export interface Finding {
  name: string;
  healthy: boolean;
  /** Where it comes from: a rung of the ladder, or the process. */
  origin: string;
  version: string;
  detail: string;
  /** What to do; only when not healthy. */
  mend?: string;
}
