import { appendFileSync, existsSync, readFileSync } from 'node:fs';

/** The moments of a call at which a crash has another outcome; in the order in which they come. */
export type CrashPoint =
  | 'before-reserve'
  | 'after-reserve'
  | 'after-sent' // marked in the database, nothing written to the socket
  | 'after-accept' // the provider has answered with headers
  | 'after-response-id' // the id of a background response is stored
  | 'after-answer' // complete in memory, stored nowhere
  | 'after-payload' // payload durable, not settled
  | 'after-settle' // settled, not told to anybody
  | 'before-batch' // a batch is closed, nothing is at the provider
  | 'after-batch'; // the provider has accepted it, its id is stored nowhere

/**
 * A test hook, silent unless LONGHAUL_CRASH_POINT names this moment: the process kills itself as a power cut would.
 * LONGHAUL_CRASH_COUNT_FILE gets one line per crash and, with LONGHAUL_CRASH_TIMES (default 1), says when to stop.
 */
export function crashPoint(point: CrashPoint): void {
  if (process.env['LONGHAUL_CRASH_POINT'] !== point) return;
  const countFile = process.env['LONGHAUL_CRASH_COUNT_FILE'];
  if (countFile !== undefined) {
    const crashes = existsSync(countFile) ? readFileSync(countFile, 'utf8').trimEnd().split('\n').length : 0;
    if (crashes >= Number(process.env['LONGHAUL_CRASH_TIMES'] ?? 1)) return;
    appendFileSync(countFile, `${point}\n`);
  }
  process.kill(process.pid, 'SIGKILL');
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0); // nothing more runs until the signal is delivered
}
