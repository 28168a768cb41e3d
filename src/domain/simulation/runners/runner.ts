import { assert } from '../../kernel/assert';
import type { Capabilities } from './capabilities';

/**
 * What runs agents or partitions outside this program: an HTTP endpoint, a command that the operator has named, or a
 * worker with a task queue of its own.
 */
export const RUNNER_KINDS = ['endpoint', 'process', 'worker'] as const;
export type RunnerKind = (typeof RUNNER_KINDS)[number];

/** What the operator calls a program that may be started, or a credential that may be sent. */
export const COMMAND_NAME = /^[a-zA-Z][\w.-]{0,63}$/;

export interface Runner {
  id: string;
  kind: RunnerKind;
  /** URL of an endpoint, name of a command, task queue of a worker. */
  address: string;
  capabilities: Capabilities;
  /** Of an endpoint: what the operator calls that which it is sent. */
  credential?: string | null | undefined;
}

/** The same one for the same place among the same runners; different places take turns. */
export function runnerFor<R extends Runner>(place: number, candidates: readonly R[]): R {
  assert(candidates.length > 0, 'runnerFor: there is no runner to choose from');
  return candidates[place % candidates.length]!;
}

/** An agent's question goes to one of these; a worker takes whole partitions. */
export const DECIDING_RUNNERS = ['endpoint', 'process'] as const satisfies readonly RunnerKind[];

/** Where a question goes. */
export interface DecidingPlace {
  kind: (typeof DECIDING_RUNNERS)[number];
  address: string;
  credential?: string | null | undefined;
}
