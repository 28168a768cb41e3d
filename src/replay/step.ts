/** One thing that a workflow asked for, in the words of the history: as an event that was recorded, or as a command now. */
export interface Step {
  /** Of the event, without its prefix: `ActivityTaskScheduled`. */
  type: string;
  /** What Temporal compares besides the type: activity or timer id, patch, child. */
  id?: string;
  /** Activity type, child's workflow type, marker. */
  name?: string;
  /** For people: the text that the Web UI shows. */
  summary?: string;
  /** Arguments of an activity. Temporal does not compare them. */
  args?: unknown[];
}

export interface RecordedStep extends Step {
  eventId: number;
}

export interface FoundStep extends Step {
  /** Position among all commands of the replay, from 0; -1 where the sandbox could not be watched. */
  index: number;
  /** Where in the workflow's source it was asked for. */
  stack?: string;
}

/** `ActivityTaskScheduled callAgent (id 3, "greeter")` */
export function stepText({ type, id, name, summary }: Step): string {
  const details = [...(id === undefined ? [] : [`id ${id}`]), ...(summary === undefined ? [] : [`"${summary}"`])];
  return [type, name, details.length > 0 ? `(${details.join(', ')})` : undefined].filter(Boolean).join(' ');
}
