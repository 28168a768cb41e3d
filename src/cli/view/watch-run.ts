import type { RunView } from '../../contracts/api.schema';
import { isTerminalRunStatus } from '../../domain/agents/run-state';
import { Interrupted } from '../exit';
import type { ApiClient } from '../../client/api-client';
import { onInterrupt } from '../interrupt';
import { ChangeLines } from './change-lines';
import type { Console } from './console';
import { PatientReader } from './patient-reader';
import { pause } from './pause';
import { RedrawnTable } from './redrawn-table';

const POLL_MS = 250;

export interface WatchOptions {
  signal: AbortSignal;
  /** Called with every state that was seen. */
  onView?(run: RunView): Promise<void>;
  /** Why waiting for a silent API is in vain, if it is. */
  givesUp?(): Error | undefined;
}

/**
 * Shows a run until it ends: a table that is drawn again on a terminal, one line per change elsewhere.
 *
 * @throws the signal's reason when it is aborted meanwhile; the run goes on
 */
export async function watchRun(
  api: ApiClient,
  runId: string,
  console: Console,
  { signal, onView, givesUp }: WatchOptions,
): Promise<RunView> {
  const screen = console.canRedraw ? new RedrawnTable(console) : new ChangeLines(console);
  const reader = new PatientReader(api, { signal, givesUp, note: (text) => console.note(text) });
  for (;;) {
    const run = await reader.get<RunView>(`/runs/${encodeURIComponent(runId)}`);
    screen.show(run);
    await onView?.(run);
    if (isTerminalRunStatus(run.status)) return run;
    await pause(POLL_MS, signal);
  }
}

/** The same until Ctrl-C, which ends the watching only, and says so. */
export async function followRun(api: ApiClient, runId: string, console: Console): Promise<RunView> {
  try {
    return await watchRun(api, runId, console, { signal: onInterrupt().signal });
  } catch (error) {
    if (error instanceof Interrupted) console.note(`The run goes on. Follow it: longhaul runs watch ${runId}`);
    throw error;
  }
}
