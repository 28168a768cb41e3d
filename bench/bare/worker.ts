import { setTimeout as delay } from 'node:timers/promises';
import { NativeConnection, Worker, type WorkerOptions } from '@temporalio/worker';
import { quietRuntime } from '../quiet-runtime';
import { openResultRows } from './result-rows';
import type { BareActivities, BareCall } from './shape';

const activities: BareActivities = { wait: async (ms) => void (ms > 0 && (await delay(ms))), ask };

/** `worker.ts ADDRESS QUEUE workflows|activities DATABASE_URL`: one bare worker, a process for each kind, as the product has it. */
async function main([address, taskQueue, kind, databaseUrl]: string[]): Promise<void> {
  quietRuntime();
  const connection = await NativeConnection.connect({ address: address! });
  const { serves, close } = kind === 'workflows' ? await servesWorkflows(databaseUrl!) : servesActivities();
  const worker = await Worker.create({ connection, taskQueue: taskQueue!, ...serves });
  process.once('SIGTERM', () => worker.shutdown());
  process.stdout.write('READY\n');
  await worker.run();
  await close();
  await connection.close();
}

interface Served {
  serves: Partial<WorkerOptions>;
  close(): Promise<void>;
}

async function servesWorkflows(databaseUrl: string): Promise<Served> {
  const { store, close } = await openResultRows(databaseUrl);
  const workflowsPath = require.resolve('./workflows');
  return { serves: { workflowsPath, activities: { store }, enableNonLocalActivities: false }, close };
}

function servesActivities(): Served {
  return { serves: { activities }, close: () => Promise.resolve() };
}

async function ask({ url, body }: BareCall): Promise<string> {
  const response = await fetch(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body });
  if (!response.ok) throw new Error(`${url}: ${response.status} ${await response.text()}`);
  const { choices } = (await response.json()) as { choices: { message: { content: string } }[] };
  return choices[0]!.message.content;
}

main(process.argv.slice(2)).catch((error: unknown) => {
  console.error(error);
  process.exit(1);
});
