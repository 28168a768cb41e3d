import { parseArgs } from 'node:util';
import { loadSettings } from '../adapters/config/load-settings';
import { createLog } from '../adapters/log';
import { WORKER_ROLES, type WorkerRole } from '../contracts/task-queues';
import { LonghaulError } from '../domain/kernel/errors';
import { lastWordsOf } from '../domain/kernel/message-of';
import { startWorkerProcess } from './worker-process';

/** `worker/main.js --role workflows|llm|io|all`: one process, one or all roles. Prints READY when it polls. */
async function main(): Promise<void> {
  const { values } = parseArgs({ options: { role: { type: 'string' } } });
  const roles = rolesOf(values.role);
  const { settings } = loadSettings({ env: process.env, cwd: process.cwd() });
  const log = createLog(settings.log.level, { role: values.role });
  const worker = await startWorkerProcess(roles, settings, log);
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => worker.shutdown());
  process.stdout.write(`READY ${JSON.stringify({ role: values.role })}\n`);
  await worker.finished;
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
