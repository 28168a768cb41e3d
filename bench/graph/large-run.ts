import { connectTemporal } from '../../src/adapters/temporal';
import { createPool } from '../../src/adapters/postgres';
import type { Stack } from '../../src/adapters/embedded';
import { isTerminalRunStatus } from '../../src/domain/agents/run-state';
import { withStack } from '../embedded';
import { describeMachine, load } from '../machine';
import { LARGE } from './cases';
import { definitionOf } from './definition';
import { median, round } from '../figures';
import { ProductSide } from './product-side';

const POLL_MS = 5_000;

/** One run of 5,000 agents whose answers take no time: whether it ends, what an agent costs, what a continuation holds up. */
export interface LargeRunReport {
  bench: 'graph-n5000';
  machine: object;
  agents: number;
  status: string;
  completed: number;
  seconds: number;
  msPerAgent: number;
  acceptMs: number;
  continuations: number;
  /** Around each continuation, how long nothing was sent. */
  drainMs: { median: number; longest: number };
  status5000: { ms: number; bytes: number };
  graph5000: { ms: number; bytes: number };
}

export async function runLargeRun(say: (line: string) => void): Promise<LargeRunReport> {
  const loadBefore = load();
  return withStack(say, async (stack) => {
    const product = new ProductSide(stack);
    const definition = definitionOf(LARGE);
    await product.define(definition);
    const startedMs = performance.now();
    const { runId, workflowId } = await product.start(definition.name);
    const acceptMs = performance.now() - startedMs;
    const run = await endOf(product, runId, say);
    const seconds = (Date.parse(run.completedAt!) - Date.parse(run.startedAt!)) / 1000;
    const drains = await drainsOf(stack, runId, workflowId);
    return {
      bench: 'graph-n5000',
      machine: describeMachine(stack, loadBefore),
      ...{ agents: run.statistics.totalAgents, status: run.status, completed: run.statistics.completed },
      ...{ seconds: round(seconds), msPerAgent: round((seconds * 1000) / run.statistics.totalAgents) },
      ...{ acceptMs: round(acceptMs), continuations: drains.length },
      drainMs: { median: round(median(drains)), longest: Math.max(0, ...drains) },
      status5000: await timed(stack, `/runs/${runId}`),
      graph5000: await timed(stack, `/runs/${runId}/graph`),
    };
  });
}

async function endOf(product: ProductSide, runId: string, say: (line: string) => void) {
  for (;;) {
    const run = await product.run(runId);
    say(`${run.statistics.completed} of ${run.statistics.totalAgents}, load ${load()}`);
    if (isTerminalRunStatus(run.status)) return run;
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}

/** Per continuation the time between the last request before it and the first after it. */
async function drainsOf({ state }: Stack, runId: string, workflowId: string): Promise<number[]> {
  const pool = createPool(state.services.postgres!.url, { max: 1 });
  const { address, namespace } = state.services.temporal!;
  const { client, close } = await connectTemporal({ address, namespace });
  try {
    const { rows } = await pool.query<{ at: Date }>('SELECT sent_at AS at FROM attempt WHERE run_id = $1 ORDER BY 1', [
      runId,
    ]);
    const sent = rows.map(({ at }) => at.getTime());
    const starts: number[] = [];
    for await (const { startTime } of client.workflow.list({ query: `WorkflowId = '${workflowId}'` }))
      starts.push(startTime.getTime());
    return starts
      .sort((a, b) => a - b)
      .slice(1)
      .map((at) => (sent.find((time) => time >= at) ?? at) - (sent.findLast((time) => time < at) ?? at));
  } finally {
    await close();
    await pool.end();
  }
}

async function timed({ state }: Stack, path: string): Promise<{ ms: number; bytes: number }> {
  const startedMs = performance.now();
  const response = await fetch(`${state.api!.url}${path}`, { headers: { authorization: `Bearer ${state.token}` } });
  const bytes = (await response.arrayBuffer()).byteLength;
  return { ms: round(performance.now() - startedMs), bytes };
}
