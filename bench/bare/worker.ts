import { setTimeout as delay } from 'node:timers/promises';
import { NativeConnection, Worker } from '@temporalio/worker';
import { quietRuntime } from '../quiet-runtime';
import { openResultRows } from './result-rows';
import type { BareActivities } from './shape';

const activities: BareActivities = { wait: async (ms) => void (ms > 0 && (await delay(ms))) };

/** `worker.ts ADDRESS QUEUE workflows|activities DATABASE_URL`: one bare worker, a process for each kind, as the product has it. */
async function main([address, taskQueue, kind, databaseUrl]: string[]): Promise<void> {
  quietRuntime();
  const connection = await NativeConnection.connect({ address: address! });
  const rows = await openResultRows(databaseUrl!);
  const serves =
    kind === 'workflows'
      ? {
          workflowsPath: require.resolve('./workflow'),
          activities: { store: rows.store },
          enableNonLocalActivities: false,
        }
      : { activities };
  const worker = await Worker.create({ connection, taskQueue: taskQueue!, ...serves });
  process.once('SIGTERM', () => worker.shutdown());
  process.stdout.write('READY\n');
  await worker.run();
  await rows.close();
  await connection.close();
}

main(process.argv.slice(2)).catch((error: unknown) => {
  console.error(error);
  process.exit(1);
});
