import { NativeConnection, Runtime, Worker, makeTelemetryFilterString } from '@temporalio/worker';
import type { Settings } from '../adapters/config/settings';
import { clientOver } from '../adapters/temporal';
import { queuesOf, taskQueue, type WorkerRole } from '../contracts/task-queues';
import { ownOwner } from '../gateway/owner';
import { openDependencies } from './dependencies';
import type { Log } from '../adapters/log';
import { ActivityRegister } from './reaper/activity-register';
import { reapLostWorkers } from './reaper/reap';
import { registered } from './reaper/registered';
import type { RegisterHead } from './reaper/register-file';
import { roleOptions } from './role-options';

/** Drain time at shutdown: long enough to finish a model call that is nearly done. */
const SHUTDOWN_GRACE = '15 seconds';

export interface WorkerProcess {
  shutdown(): void;
  /** Resolves when every worker has drained and all connections are closed. */
  finished: Promise<void>;
}

/** Booted and connected, with its code loaded; asks for no task yet. */
export interface PreparedWorker {
  /** Ends what lost processes left, then takes tasks. */
  run(): Promise<WorkerProcess>;
  /** For one that never ran. */
  discard(): Promise<void>;
}

/** Prepares one Temporal worker per queue of the roles in this process, with the loops that belong to the roles. */
export async function prepareWorkerProcess(
  roles: readonly WorkerRole[],
  settings: Settings,
  log: Log,
): Promise<PreparedWorker> {
  installRuntime(log);
  const connection = await NativeConnection.connect({ address: settings.temporal.address });
  const dependencies = await openDependencies(roles, settings, log);
  const owner = ownOwner(); // Temporal and the ledger know this process by one name
  const register = beginRegister({ owner, roles }, settings, log);
  const { namespace, taskQueuePrefix } = settings.temporal;
  const workers = await Promise.all(
    roles.flatMap(queuesOf).map(async (queue) =>
      Worker.create({
        connection,
        namespace,
        taskQueue: taskQueue(queue, taskQueuePrefix),
        identity: owner,
        shutdownGraceTime: SHUTDOWN_GRACE,
        interceptors: { activity: register ? [registered(register)] : [] },
        ...(await roleOptions(queue, dependencies, settings)),
      }),
    ),
  );
  const close = async () => {
    register?.close();
    await dependencies.close();
  };
  return {
    run: async () => {
      await dependencies.activate(); // ends the leases of lost processes: before their activities, whose retries come at once
      if (settings.worker.registerDir !== undefined) {
        const client = clientOver(connection, namespace);
        await reapLostWorkers({ client, dir: settings.worker.registerDir, taskQueuePrefix, log });
      }
      const running = Promise.all(workers.map((worker) => worker.run()));
      log.info({ roles }, 'worker polls');
      return {
        shutdown: () => workers.forEach((worker) => worker.getState() === 'RUNNING' && worker.shutdown()),
        finished: running.then(close).then(() => connection.close()),
      };
    },
    discard: close,
  };
}

function beginRegister(head: RegisterHead, { worker }: Settings, log: Log): ActivityRegister | undefined {
  if (worker.registerDir === undefined) return undefined;
  return ActivityRegister.begin(worker.registerDir, head, log);
}

/** One logger for ours and Temporal's lines; the core says only warnings, or every poll is a line. */
function installRuntime(log: Log): void {
  const write = (level: 'trace' | 'debug' | 'info' | 'warn' | 'error') => (message: string, meta?: object) =>
    log[level]({ ...meta }, message);
  Runtime.install({
    shutdownSignals: [], // main.ts has them; the SDK's own set holds SIGUSR2, which promotes a standby
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
