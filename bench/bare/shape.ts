/** The same work without the product: what waits how long, after what, and how much of it at once. */
export interface Shape {
  /** For each node its duration. */
  durationsMs: number[];
  /** For each node the indices of the nodes it waits for. */
  dependencies: number[][];
  parallel: number;
}

export interface BareInput extends Shape {
  activityQueue: string;
}

export interface BareActivities {
  /** What stands for a model call: it takes `ms`. */
  wait(ms: number): Promise<void>;
}

export const BARE_WORKFLOW = 'bareGraph';
