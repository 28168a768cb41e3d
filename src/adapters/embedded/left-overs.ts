import { isStillAlive, type ProcessIdentity } from './process-identity';
import { signalGroup } from './program';
import { waitFor } from './wait-for';

const STOP_TIMEOUT_MS = 20_000;

export type LeftOver = ProcessIdentity & { name: string };

/**
 * Stops what a killed supervisor left behind, in reverse order of start: those who use a service before the service.
 * They are replaced, not adopted: only a child reports its own death, and today's program may start them differently.
 * Their data lies in files; the new ones go on with it.
 */
export async function stopLeftOvers(
  processes: readonly LeftOver[],
  onFound: (process: LeftOver) => void,
): Promise<void> {
  for (const process of [...processes].reverse()) {
    if (!isStillAlive(process)) continue;
    onFound(process);
    await stopLeftOver(process);
  }
}

async function stopLeftOver(process: LeftOver): Promise<void> {
  signalGroup(process.pid, 'SIGCONT'); // a stopped process could not hear the next signal
  signalGroup(process.pid, process.name === 'postgres' ? 'SIGINT' : 'SIGTERM'); // PostgreSQL's SIGTERM waits for every client
  await waitFor(() => !isStillAlive(process), STOP_TIMEOUT_MS);
  signalGroup(process.pid, 'SIGKILL');
  await waitFor(() => !isStillAlive(process), STOP_TIMEOUT_MS);
}
