import type { ApiClient } from '../../client/api-client';
import type { PartitionedView } from '../../contracts/api.schema';
import { isTerminalRunStatus } from '../../domain/agents/run-state';
import { EXIT, Interrupted } from '../exit';
import { onInterrupt } from '../interrupt';
import type { Console } from '../view/console';
import { partitionedLine, partitionTable } from '../view/partition-table';
import { PatientReader } from '../view/patient-reader';
import { pause } from '../view/pause';
import { partitionedPath } from './paths';

const POLL_MS = 500;

/** Shows a simulation of several partitions until it ends, or until Ctrl-C, which ends the watching only and says so. */
export async function watchPartitioned(api: ApiClient, runId: string, console: Console): Promise<void> {
  const whole = await untilItEnds(api, runId, console).catch((error: unknown) => {
    if (error instanceof Interrupted)
      console.note(
        `The run goes on. Follow it: longhaul partitions watch ${runId}\nPause it: longhaul partitions pause ${runId}\nEnd it: longhaul partitions stop ${runId}`,
      );
    throw error;
  });
  console.answer(whole, () => partitionTable(whole));
  if (whole.status !== 'completed') process.exitCode = EXIT.failed;
}

async function untilItEnds(api: ApiClient, runId: string, console: Console): Promise<PartitionedView> {
  const { signal } = onInterrupt();
  const reader = new PatientReader(api, { signal, note: (text) => console.note(text) });
  for (let shown = ''; ;) {
    const whole = await reader.get<PartitionedView>(partitionedPath(runId));
    const line = partitionedLine(whole);
    if (line !== shown) console.say(line);
    shown = line;
    if (isTerminalRunStatus(whole.status)) return whole;
    await pause(POLL_MS, signal);
  }
}
