import { isDeepStrictEqual } from 'node:util';
import type { FoundStep, RecordedStep, Step } from './step';

/** Where today's code and the history part. */
export interface Divergence {
  /** The first event that does not fit; none where the code asks for more after the last one. */
  expected: RecordedStep | undefined;
  /** What the code asked for in its place; none where it asked for nothing. */
  found: FoundStep | undefined;
}

/** An activity that Temporal takes for the same one because its type and number are: but its arguments are others. */
export interface OtherArguments {
  expected: RecordedStep;
  found: FoundStep;
  /** The first member that differs, such as `[0].node`. */
  path: string;
  /** The event that recorded just these arguments: the two steps have changed places. */
  recordedAt?: number;
}

const isLocal = ({ type, name }: Step) => type === 'MarkerRecorded' && name !== 'core_patch';

/**
 * Compares both as Temporal does, by type, number and name, in order. Local activities apart from the rest: their
 * markers are written when they end, not when they were asked for.
 *
 * @param failedEventId the event that Temporal named, where it named one: it saw what is compared here only from outside
 */
export function firstDivergence(
  recorded: readonly RecordedStep[],
  found: readonly FoundStep[],
  failedEventId?: number,
): Divergence | undefined {
  const inOrder = recorded.filter((step) => !isLocal(step));
  const asked = found.filter((step) => !isLocal(step));
  const at = inOrder.findIndex(({ eventId }) => eventId === failedEventId);
  if (at >= 0) return { expected: inOrder[at], found: asked[at] };
  return (
    firstDifference(inOrder, asked) ??
    firstLocalDifference(recorded.filter(isLocal), found.filter(isLocal)) ??
    // Last, because a replay that failed somewhere asked for nothing afterwards.
    firstWithoutMatch(inOrder, asked)
  );
}

function firstDifference(recorded: readonly RecordedStep[], found: readonly FoundStep[]): Divergence | undefined {
  const at = recorded.findIndex((step, index) => index < found.length && !isSame(step, found[index]!));
  return at < 0 ? undefined : { expected: recorded[at], found: found[at] };
}

function firstLocalDifference(recorded: readonly RecordedStep[], found: readonly FoundStep[]): Divergence | undefined {
  for (const expected of recorded) {
    const same = found.find(({ id }) => id === expected.id);
    if (same !== undefined && !isSame(expected, same)) return { expected, found: same };
  }
  return undefined;
}

function firstWithoutMatch(recorded: readonly RecordedStep[], found: readonly FoundStep[]): Divergence | undefined {
  const at = Math.min(recorded.length, found.length);
  return recorded.length === found.length ? undefined : { expected: recorded[at], found: found[at] };
}

function isSame(recorded: Step, found: Step): boolean {
  const differs = (a: string | undefined, b: string | undefined) => a !== undefined && b !== undefined && a !== b;
  return recorded.type === found.type && !differs(recorded.id, found.id) && !differs(recorded.name, found.name);
}

/**
 * Activities that got arguments which the recorded ones do not have. Temporal accepts them, and then hands the result
 * of one step to another: two calls that changed places are found only here. More members than recorded are fine.
 */
export function otherArguments(recorded: readonly RecordedStep[], found: readonly FoundStep[]): OtherArguments[] {
  const byId = new Map(found.flatMap((step) => (step.type === 'ActivityTaskScheduled' ? [[step.id, step]] : [])));
  return recorded.flatMap((expected) => {
    const same = expected.type === 'ActivityTaskScheduled' ? byId.get(expected.id) : undefined;
    if (same === undefined || same.name !== expected.name) return [];
    const path = lostIn(expected.args, same.args);
    if (path === undefined) return [];
    const twin = recorded.find(({ name, args }) => name === same.name && lostIn(args, same.args) === undefined);
    return [{ expected, found: same, path, ...(twin ? { recordedAt: twin.eventId } : {}) }];
  });
}

/** @returns the path of the first member of `recorded` that `found` does not have alike */
function lostIn(recorded: unknown, found: unknown): string | undefined {
  if (!isObject(recorded) || !isObject(found)) return isDeepStrictEqual(recorded, found) ? undefined : '';
  for (const [key, value] of Object.entries(recorded)) {
    const inner = lostIn(value, (found as Record<string, unknown>)[key]);
    if (inner !== undefined) return `${Array.isArray(recorded) ? `[${key}]` : `.${key}`}${inner}`;
  }
  return undefined;
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}
