import { getRunNodes } from '../../src/adapters/postgres';
import type { PriorityClass } from '../../src/domain/llm/fair-queue';
import { echoAgent, echoGraph } from '../support/graphs';
import { startSystem, TENANT, type StartedRun, type System } from '../support/system';
import { until } from '../support/until';

let system: System;
beforeAll(async () => void (system = await startSystem({ env: { LONGHAUL_CONCURRENT_REQUESTS: '1' } })));
afterAll(() => system.close());

function start(priorityClass: PriorityClass | undefined, delayMs = 0): Promise<StartedRun> {
  const agent = echoAgent('a', { says: `${priorityClass} [[delay: ${delayMs}]]` });
  return system.startRun(echoGraph([agent]), { parameters: priorityClass && { priorityClass } });
}

test.each([
  [undefined, 2],
  ['interactive', 2],
  ['simulation', 3],
  ['evaluation', 4],
] as const)(
  'Temporal hands out the model calls of a run of class %s as %i, in turns between tenants',
  async (name, key) => {
    const run = await start(name);
    await run.result();
    const { events } = await system.temporal.client.workflow.getHandle(run.workflowId).fetchHistory();
    const scheduled = events!.flatMap(({ activityTaskScheduledEventAttributes: facts }) => facts ?? []);
    const calls = scheduled.filter(({ activityType }) => activityType?.name === 'callAgent');
    expect(calls.map(({ priority }) => priority)).toMatchObject([{ priorityKey: key, fairnessKey: TENANT }]);
  },
);

test('of two that wait for the limiter the interactive run goes first, although it came last', async () => {
  const first = await start('interactive', 5_000);
  await until(() => askedFor(first), Boolean);
  const evaluation = await start('evaluation');
  await waits(evaluation);
  const interactive = await start('interactive');
  await waits(interactive);
  await Promise.all([first, evaluation, interactive].map((run) => run.result()));
  const asked = (await system.modelServer.readAccepted()).map(({ attemptKey }) => attemptKey!.split('/')[0]);
  expect(asked.slice(-3)).toEqual([first.runId, interactive.runId, evaluation.runId]);
});

async function askedFor({ runId }: StartedRun): Promise<boolean> {
  return (await system.modelServer.readAccepted()).some(({ attemptKey }) => attemptKey?.startsWith(runId));
}

async function waits({ runId }: StartedRun): Promise<void> {
  const status = async () => (await getRunNodes(system.pool, TENANT, runId))[0]!.status;
  await until(status, (now) => now === 'rate_limited');
}
