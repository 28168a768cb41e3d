import { echoGraph } from '../support/graphs';
import type { Program } from '../support/programs';
import { outputOf, startSystem, type StartedRun, type System } from '../support/system';
import { until } from '../support/until';

jest.setTimeout(180_000);

let system: System;
let workflows: Program;

beforeAll(async () => {
  system = await startSystem({ workers: ['io'] });
  workflows = await system.startWorker('workflows');
});
afterAll(() => system.close());

/** Each adds one to what came before it. */
const chainOf = (length: number) =>
  Array.from({ length }, (_, index) => ({
    name: `n${index}`,
    kind: 'script',
    dependencies: index === 0 ? [] : [`n${index - 1}`],
    script: { tool: 'calculator', arguments: { expression: index === 0 ? '1' : `{{ n${index - 1}.json }} + 1` } },
  }));

const outputs = async ({ runId }: StartedRun): Promise<Map<string, string>> => {
  const { rows } = await system.pool.query<{ node: string; ref: string }>(
    'SELECT node, artifact_ref AS ref FROM fast_result WHERE run_id = $1',
    [runId],
  );
  return new Map(rows.map(({ node, ref }) => [node, ref]));
};
const hasDone = (run: StartedRun, count: number) =>
  until(
    () => outputs(run),
    ({ size }) => size >= count,
  );
const eventsOf = async ({ workflowId }: StartedRun) =>
  (await system.temporal.client.workflow.getHandle(workflowId).fetchHistory()).events!;

test('50 cancels at any moment: not one workflow task fails', async () => {
  const cancelled = async (index: number) => {
    const run = await system.startRun(echoGraph(chainOf(60)));
    await hasDone(run, index);
    await system.temporal.client.workflow.getHandle(run.workflowId).cancel();
    const { status } = await run.result();
    const failed = (await eventsOf(run)).filter((event) => event.workflowTaskFailedEventAttributes);
    return { status, failed: failed.length };
  };
  const ends: Awaited<ReturnType<typeof cancelled>>[] = [];
  while (ends.length < 50)
    ends.push(...(await Promise.all(Array.from({ length: 5 }, (_, at) => cancelled(ends.length + at)))));
  expect(ends.reduce((sum, { failed }) => sum + failed, 0)).toBe(0);
  // A cancel may come too late; most must not, or nothing was tested.
  expect(ends.filter(({ status }) => status === 'cancelled').length).toBeGreaterThan(25);
});

test('the workflows worker is killed in the middle: steps are repeated, no output changes', async () => {
  const run = await system.startRun(echoGraph(chainOf(250)));
  const before = await hasDone(run, 20);
  await workflows.stop('SIGKILL');
  workflows = await system.startWorker('workflows');
  expect(await run.result()).toMatchObject({ status: 'completed', completed: 250 });
  const after = await outputs(run);
  expect(after.size).toBe(250);
  for (const [node, ref] of before) expect(after.get(node)).toBe(ref);
  expect(await outputOf(system, run.runId, 'n249')).toMatchObject({ json: 250 });
  // Beside the workflow: a marker each, and a task for some hundred of them.
  const events = await eventsOf(run);
  expect(events.filter((event) => event.markerRecordedEventAttributes)).toHaveLength(250);
  expect(events.filter((event) => event.activityTaskScheduledEventAttributes).length).toBeLessThan(5);
});
