import { setTimeout as sleep } from 'node:timers/promises';
import type { BatchRef } from '../../src/adapters/postgres';
import { callOf } from './call';
import { NODE } from './ground';
import { openBenchGateway } from './open-bench-gateway';
import type { Task } from './task';

const TIMEOUT_MS = 60_000;
const LOOK_EVERY_MS = 20;

const task = JSON.parse(process.argv[2]!) as Task;
const context = { signal: new AbortController().signal, heartbeat: () => undefined };
const callAt = (index: unknown) => callOf(task, index as number, TIMEOUT_MS);

/** Puts the task's calls into their lane and takes its batches through their steps; begun again after a kill, it goes on. */
async function main(): Promise<void> {
  const { gateway, pool, stop } = await openBenchGateway(task);
  const waiter = { workflowId: 'bench', taskKeyPrefix: `${NODE}/batch/` };
  for (let index = 0; index < task.calls; index += 1) {
    const call = { ...callAt(index), runId: task.runId, node: NODE };
    await gateway.enqueue({ ...call, subject: index, waiter, whenReturned: 'sync' }, context);
  }
  const { rows: batches } = await pool.query<BatchRef>(
    `SELECT tenant_id AS tenant, batch_id AS "batchId" FROM llm_batch b WHERE state <> 'over' AND EXISTS (
       SELECT 1 FROM llm_batch_item i WHERE i.tenant_id = b.tenant_id AND i.batch_id = b.batch_id AND i.call_key LIKE $1)`,
    [`${task.runId}/%`],
  );
  for (const batch of batches) {
    await gateway.batches.close(batch);
    await gateway.batches.submit(batch, (index) => Promise.resolve(callAt(index)), context);
    while ((await gateway.batches.look(batch, context)) === 'working') await sleep(LOOK_EVERY_MS);
    await gateway.batches.collect(batch, (index) => Promise.resolve(callAt(index)), context);
  }
  await stop();
}

void main();
