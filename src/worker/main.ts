import { parseArgs } from 'node:util';
import { loadSettings } from '../adapters/config/load-settings';
import { createLog } from '../adapters/log';
import { WORKER_ROLES, type WorkerRole } from '../contracts/task-queues';
import { LonghaulError } from '../domain/kernel/errors';
import { lastWordsOf } from '../domain/kernel/message-of';
import { prepareWorkerProcess, type PreparedWorker } from './worker-process';

/**
 * `worker/main.js --role workflows|simulations|llm|io|all [--standby]`: one process, one or all roles. Prints READY when it polls;
 * a standby prints STANDBY when it could, and begins at SIGUSR2.
 */
async function main(): Promise<void> {
  const { values } = parseArgs({ options: { role: { type: 'string' }, standby: { type: 'boolean', default: false } } });
  const roles = rolesOf(values.role);
  const { settings } = loadSettings({ env: process.env, cwd: process.cwd() });
  const log = createLog(settings.log.level, { role: values.role });
  const prepared = await prepareWorkerProcess(roles, settings, log);
  if (values.standby && !(await promoted(values.role))) return await discard(prepared);
  const worker = await prepared.run();
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => worker.shutdown());
  process.stdout.write(`READY ${JSON.stringify({ role: values.role })}\n`);
  await worker.finished;
}

/** @returns false when it is not needed any more */
function promoted(role: string | undefined): Promise<boolean> {
  return new Promise((resolve) => {
    process.once('SIGUSR2', () => resolve(true));
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => resolve(false));
    process.stdout.write(`STANDBY ${JSON.stringify({ role })}\n`);
  });
}

/** Its Temporal workers never ran, so there is nothing to drain; the native library would keep the process. */
async function discard(prepared: PreparedWorker): Promise<void> {
  await prepared.discard();
  process.exit(0);
}

function rolesOf(role: string | undefined): WorkerRole[] {
  if (role === 'all') return [...WORKER_ROLES];
  const known = WORKER_ROLES.find((name) => name === role);
  if (known) return [known];
  throw new LonghaulError('InvalidConfiguration', {
    detail: `--role is ${role ?? 'missing'}; expected one of ${WORKER_ROLES.join(', ')}, all.`,
  });
}

main().catch((error: unknown) => {
  process.stderr.write(`${lastWordsOf(error)}\n`);
  process.exitCode = 1;
  setImmediate(() => process.exit(1)); // a half-started worker still holds sockets
});
