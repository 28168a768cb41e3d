import { historyFromJSON } from '@temporalio/common/lib/proto-utils';
import type { BareHistory } from '../contracts/wire/run-history.schema';
import { messageOf } from '../domain/kernel/message-of';
import { firstDivergence, otherArguments, type Divergence, type OtherArguments } from './divergence';
import { recordedSteps } from './events';
import { observedWorker, type Observed } from './observed-worker';
import type { FoundStep } from './step';
import { UNSEEN_SINKS } from './unseen-sinks';

export type Outcome =
  | { outcome: 'replayed'; events: number; otherArguments: OtherArguments[] }
  | {
      outcome: 'diverged';
      events: number;
      otherArguments: OtherArguments[];
      divergence: Divergence | undefined;
      /** Where the command that did not fit was asked for; where the workflow waited, when it asked for nothing. */
      stack: string;
      /** Temporal's own words. */
      message: string;
    }
  /** The workflow's code threw, or the history cannot be replayed at all. */
  | { outcome: 'failed'; events: number; message: string };

/** What the code asks for at the end of a history that ends in the middle is no difference: it has not been recorded yet. */
export async function replayExecution(
  workflowBundle: { codePath: string },
  workflowId: string,
  history: BareHistory,
  stopAt?: number,
): Promise<Outcome> {
  const observed: Observed = { commands: [], waitingAt: '', stopAt };
  const events = history.events.length;
  const recorded = recordedSteps(history.events);
  const error = await replay(observed, workflowBundle, workflowId, history);
  const others = otherArguments(recorded, observed.commands);
  if (error === undefined) return silent(events, others);
  const message = coreMessage(error);
  if (!isDivergence(error)) return { outcome: 'failed', events, message };
  const divergence = firstDivergence(recorded, observed.commands, eventIdIn(message));
  const stack = stackOf(divergence?.found) ?? observed.waitingAt;
  return { outcome: 'diverged', events, otherArguments: others, divergence, stack, message };
}

/** Two steps that changed places get each other's results: Temporal accepts it, and it is the worst of all differences. */
function silent(events: number, others: OtherArguments[]): Outcome {
  const moved = others.find(({ recordedAt }) => recordedAt !== undefined);
  if (moved === undefined) return { outcome: 'replayed', events, otherArguments: others };
  const message = `Temporal accepts this history: it does not compare arguments. Event ${moved.recordedAt} recorded what was found.`;
  const stack = stackOf(moved.found) ?? '';
  return { outcome: 'diverged', events, otherArguments: others, divergence: moved, stack, message };
}

async function replay(
  observed: Observed,
  workflowBundle: { codePath: string },
  workflowId: string,
  history: BareHistory,
): Promise<unknown> {
  // One sandbox per replay, in this thread: a debugger sees the source that runs, and nothing of a replay before it.
  const options = { workflowBundle, debugMode: true, reuseV8Context: false, sinks: UNSEEN_SINKS };
  try {
    await observedWorker(observed).runReplayHistory(options, historyFromJSON(history), workflowId);
    return undefined;
  } catch (error) {
    return error;
  }
}

function isDivergence(error: unknown): boolean {
  return error instanceof Error && error.name === 'DeterminismViolationError';
}

function stackOf(found: FoundStep | undefined): string | undefined {
  return found?.stack === '' ? undefined : found?.stack;
}

/** The SDK wraps its core's message into a dump of a data structure; without it the whole text is shown. */
function coreMessage(error: unknown): string {
  const text = messageOf(error);
  return /message: "((?:[^"\\]|\\.)*)"/.exec(text)?.[1]?.replace(/\\(.)/g, '$1') ?? text;
}

function eventIdIn(message: string): number | undefined {
  const id = /HistoryEvent\(id: (\d+)/.exec(message)?.[1];
  return id === undefined ? undefined : Number(id);
}
