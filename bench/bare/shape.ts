/** The same work without the product: what waits how long, after what, and how much of it at once. */
export interface Shape {
  /** For each node its duration. */
  durationsMs: number[];
  /** For each node the indices of the nodes it waits for. */
  dependencies: number[][];
  parallel: number;
}

/** `paid`: an activity that takes its time. `fast`: a local activity that stores a result row and takes none. */
export const LANES = ['paid', 'fast'] as const;
export type Lane = (typeof LANES)[number];

export interface BareInput extends Shape {
  activityQueue: string;
  lane: Lane;
  /** What the result rows of this run are named by. */
  key: string;
}

export interface BareActivities {
  /** What stands for a model call: it takes `ms`. */
  wait(ms: number): Promise<void>;
  /** A real call of the model server, and the text of its answer. */
  ask(call: BareCall): Promise<string>;
}

export interface BareLocalActivities {
  /** What stands for a step that costs nothing: its result is a row; done twice, it is the first one's. */
  store(key: string): Promise<string>;
}

/** An HTTP request of a chat completion, as it is sent. */
export interface BareCall {
  url: string;
  body: string;
}

export interface BareTicksInput {
  ticks: number;
  activityQueue: string;
  /** What a tick is: a call of the model server, or (absent) a local activity that stores a result row. */
  call?: BareCall;
  /** What the result rows of this run are named by. */
  key: string;
}

export const BARE_WORKFLOW = 'bareGraph';
export const BARE_TICKS_WORKFLOW = 'bareTicks';
