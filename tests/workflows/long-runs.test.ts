import { getRun, getRunEvents, getRunNodes } from '../../src/adapters/postgres';
import { type AgentRunStateView, PAUSE_UPDATE, RESUME_UPDATE } from '../../src/contracts/agent-run';
import { echoAgent, echoGraph, layeredGraph } from '../support/graphs';
import { startSystem, TENANT, type StartedRun, type System } from '../support/system';
import { until } from '../support/until';

let system: System;
beforeAll(async () => void (system = await startSystem({ workers: ['workflows', 'llm', 'io'] })));
afterAll(() => system.close());

const executionsOf = async ({ workflowId }: StartedRun) => {
  const statuses: string[] = [];
  for await (const { status } of system.temporal.client.workflow.list({ query: `WorkflowId = '${workflowId}'` }))
    statuses.push(status.name);
  return statuses;
};

test('300 agents over several continuations: each is paid once, none is lost', async () => {
  const slow = (index: number) => (index % 10 === 0 ? { promptTemplate: `Agent: n${index}\n[[delay: 400]]` } : {});
  const run = await system.startRun(
    { ...layeredGraph(10, 30, slow), maxParallelAgents: 30 },
    { continueAsNewAfterEvents: 250 },
  );
  expect(await run.result()).toMatchObject({ status: 'completed', completed: 300, total: 300 });
  const continued = (await executionsOf(run)).filter((status) => status === 'CONTINUED_AS_NEW').length;
  expect(continued).toBeGreaterThanOrEqual(2);
  const billed = (await system.modelServer.readAccepted()).filter(({ attemptKey }) =>
    attemptKey?.startsWith(run.runId),
  );
  expect(billed).toHaveLength(300);
}, 120_000);

test('what the read model says after its last record is what the live workflow says', async () => {
  await system.modelServer.setFaults('400:agent=broken');
  const run = await system.startRun(
    echoGraph([
      echoAgent('broken'),
      echoAgent('skipped', { dependencies: ['broken'] }),
      echoAgent('slow', { says: '[[delay: 3000]]' }),
      echoAgent('quick'),
      echoAgent('after_slow', { dependencies: ['slow'] }),
    ]),
  );
  const handle = system.temporal.client.workflow.getHandle(run.workflowId);
  const compared = async () => {
    const live = await handle.query<AgentRunStateView>('agentRunState');
    const nodes = await getRunNodes(system.pool, TENANT, run.runId);
    const { progressSeq, status } = (await getRun(system.pool, TENANT, run.runId))!;
    const same =
      progressSeq === live.progressSeq &&
      (await handle.query<AgentRunStateView>('agentRunState')).progressSeq === progressSeq;
    return { same, live, status, nodes };
  };
  const during = await until(
    compared,
    ({ same, nodes }) => same && nodes[1]!.status === 'cancelled' && nodes[3]!.status === 'completed',
  );
  expect(during.status).toBe('running');
  const shown = (list: { name: string; status: string; reasonCode?: string | null }[]) =>
    list.map(({ name, status, reasonCode }) => [name, status, reasonCode ?? null]);
  expect(shown(during.nodes)).toEqual(shown(during.live.nodes));
  await run.result();
  await system.modelServer.setFaults();
  const { live, nodes, status } = await compared();
  expect(shown(nodes)).toEqual(shown(live.nodes));
  expect(status).toBe('partially_completed');
});

test('a run that hears the same again and again goes on in new executions, and nothing said is lost', async () => {
  const person = { name: 'patient', kind: 'human', promptTemplate: 'May it begin?', human: {} };
  const run = await system.startRun(echoGraph([person, echoAgent('after', { dependencies: ['patient'] })]), {
    continueAsNewAfterEvents: 40,
  });
  const handle = system.temporal.client.workflow.getHandle(run.workflowId);
  await handle.executeUpdate(PAUSE_UPDATE);
  const execution = (await handle.describe()).runId;
  // Nothing changes and nothing runs, but every update is five events and one of the 2,000 that an execution may get.
  for (let count = 0; count < 30; count += 1) await handle.executeUpdate(PAUSE_UPDATE);
  expect((await handle.describe()).runId).not.toBe(execution);
  // While an execution hands over, it writes its last record; what is said meanwhile has to be written too.
  for (let count = 0; count < 40; count += 1) {
    await handle.executeUpdate(RESUME_UPDATE);
    await handle.executeUpdate(PAUSE_UPDATE);
  }
  const said = async (type: string) =>
    (await getRunEvents(system.pool, { tenant: TENANT, runId: run.runId, type, limit: 100 })).length;
  await until(
    () => said('run-paused'),
    (count) => count === 41,
  );
  expect(await said('run-resumed')).toBe(40);
  expect((await getRun(system.pool, TENANT, run.runId))!.pausedAt).not.toBeNull();
  await handle.cancel();
  expect(await run.result()).toMatchObject({ status: 'cancelled' });
}, 120_000);
