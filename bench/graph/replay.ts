import { resolve } from 'node:path';
import { Worker } from '@temporalio/worker';
import { quietRuntime } from '../quiet-runtime';
import type { Execution } from '../execution';

const BUNDLE = resolve(__dirname, '../../dist/workflow-bundle.js');

/**
 * How long a worker that has just started needs to be where this run was, in ms: its histories replayed without a server.
 * The longest one counts, because only one of them is replayed. The first one goes ahead once, for warmth.
 */
export async function replayMs({ histories }: Execution): Promise<number> {
  quietRuntime();
  const jobs = [histories[0]!, ...histories].map((history, index) => ({ workflowId: `replay-${index}`, history }));
  const times: number[] = [];
  let beganAt = performance.now();
  for await (const { error } of Worker.runReplayHistories({ workflowBundle: { codePath: BUNDLE } }, jobs)) {
    if (error) throw error;
    times.push(performance.now() - beganAt);
    beganAt = performance.now();
  }
  return Math.max(...times.slice(1));
}
