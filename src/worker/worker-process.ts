import { NativeConnection, Runtime, Worker, makeTelemetryFilterString } from '@temporalio/worker';
import type { Settings } from '../adapters/config/settings';
import { taskQueue, type WorkerRole } from '../contracts/task-queues';
import { openDependencies } from './dependencies';
import type { Log } from '../adapters/log';
import { roleOptions } from './role-options';

/** Drain time at shutdown: long enough to finish a model call that is nearly done. */
const SHUTDOWN_GRACE = '15 seconds';

export interface WorkerProcess {
  shutdown(): void;
  /** Resolves when every worker has drained and all connections are closed. */
  finished: Promise<void>;
}

/** Starts one Temporal worker per role in this process, with the loops that belong to the roles. */
export async function startWorkerProcess(
  roles: readonly WorkerRole[],
  settings: Settings,
  log: Log,
): Promise<WorkerProcess> {
  installRuntime(log);
  const connection = await NativeConnection.connect({ address: settings.temporal.address });
  const dependencies = await openDependencies(roles, settings, log);
  const workers = await Promise.all(
    roles.map(async (role) =>
      Worker.create({
        connection,
        namespace: settings.temporal.namespace,
        taskQueue: taskQueue(role, settings.temporal.taskQueuePrefix),
        shutdownGraceTime: SHUTDOWN_GRACE,
        ...(await roleOptions(role, dependencies, settings)),
      }),
    ),
  );
  const running = Promise.all(workers.map((worker) => worker.run()));
  log.info({ roles }, 'worker polls');
  return {
    shutdown: () => workers.forEach((worker) => worker.getState() === 'RUNNING' && worker.shutdown()),
    finished: running.then(() => dependencies.close()).then(() => connection.close()),
  };
}

/** One logger for ours and Temporal's lines; the core says only warnings, or every poll is a line. */
function installRuntime(log: Log): void {
  const write = (level: 'trace' | 'debug' | 'info' | 'warn' | 'error') => (message: string, meta?: object) =>
    log[level]({ ...meta }, message);
  Runtime.install({
    logger: {
      log: (level, message, meta) => write(level.toLowerCase() as 'info')(message, meta),
      trace: write('trace'),
      debug: write('debug'),
      info: write('debug'), // the SDK's info lines (worker state, each start) are our debug
      warn: write('warn'),
      error: write('error'),
    },
    telemetryOptions: { logging: { forward: {}, filter: makeTelemetryFilterString({ core: 'WARN', other: 'WARN' }) } },
  });
}
