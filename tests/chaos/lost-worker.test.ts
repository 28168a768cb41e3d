import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { identifyProcess } from '../../src/adapters/embedded/process-identity';
import { ApplicationFailure } from '@temporalio/common';
import { connectTemporal, freeWorkflows, type TemporalClient } from '../../src/adapters/temporal';
import type { SimulationStarted } from '../../src/contracts/api.schema';
import { echoAgent, echoGraph } from '../support/graphs';
import { startProduct, type Product } from '../support/product';
import { until } from '../support/until';

jest.setTimeout(120_000);

let product: Product;
let temporal: TemporalClient;
const ready: { name: string; pid: number }[] = [];
beforeAll(async () => {
  product = await startProduct(
    {},
    { standby: true, onEvent: (event) => void (event.type === 'ready' && ready.push(event)) },
  );
  const { address, namespace } = product.stack.state.services.temporal!;
  temporal = await connectTemporal({ address, namespace });
});
afterAll(async () => {
  await temporal.close();
  await product.close();
});

/** Temporal's word for that kind of queue. */
const ACTIVITIES = 2;

const slow = (name: string) => ({
  ...echoGraph(['a', 'b', 'c'].map((agent) => echoAgent(agent, { says: '[[delay: 1000]]' }))),
  name,
});
const pidOf = (role: string) => product.stack.state.workers.find((worker) => worker.role === role)!.pid;
const registers = () => readdirSync(join(product.dir, '.longhaul', 'activities'));
/** The process that waits behind the active one, booted. */
const standbyOf = async (role: string): Promise<number> => {
  const waiting = () =>
    ready.filter(({ name }) => name === `worker-${role}-standby`).findLast(({ pid }) => pid !== pidOf(role))?.pid;
  return (await until(waiting, (pid) => pid !== undefined && identifyProcess(pid) !== undefined))!;
};

const eventsOf = async (workflowId: string) =>
  (await temporal.client.workflow.getHandle(workflowId).fetchHistory()).events!;

/** Why each second attempt of an activity was made, as the server recorded it. */
async function retriedAfter(workflowId: string): Promise<string[]> {
  return (await eventsOf(workflowId)).flatMap(({ activityTaskStartedEventAttributes: started }) => {
    const failure = started?.lastFailure;
    return failure ? [failure.applicationFailureInfo?.type ?? 'timeout'] : [];
  });
}

const REFUSED = Object.assign(new Error('Too busy'), { code: 8 });
/** The same server, which resets workflows but shows no history. */
function refusingHistories(client: TemporalClient['client']): TemporalClient['client'] {
  const getWorkflowExecutionHistoryReverse = { value: () => Promise.reject(REFUSED) };
  const value = Object.create(client.workflowService, { getWorkflowExecutionHistoryReverse }) as unknown;
  return Object.create(client, { workflowService: { value } }) as TemporalClient['client'];
}

test('a killed llm worker: its successor ends its activities by token, and nobody waits for a heartbeat', async () => {
  const runId = await product.start(slow('lost_llm'));
  await until(
    () => product.accepted(runId).length,
    (count) => count === 3,
  );
  const dead = pidOf('llm');
  product.stack.kill('worker-llm', 'SIGKILL');
  const run = await product.ended(runId);
  expect(run).toMatchObject({ status: 'completed' });
  expect(await retriedAfter(run.workflowId)).toEqual(['WorkerLost', 'WorkerLost', 'WorkerLost']);
  // The worker's end is no failure of the model; the money of the lost calls is held until it is reconciled.
  expect(run.agents.map(({ modelFailures }) => modelFailures)).toEqual([0, 0, 0]);
  const states = (await product.attempts(runId)).map(({ state }) => state).sort();
  expect(states).toEqual([...Array(3).fill('settled'), ...Array(3).fill('unknown')]);
  expect(registers().filter((name) => name.startsWith(`${dead}-`))).toEqual([]);
});

test('the standby of a role takes over, and another one waits behind it', async () => {
  const [active, waiting] = [pidOf('llm'), await standbyOf('llm')];
  const runId = await product.start(slow('promoted'));
  await until(
    () => product.accepted(runId).length,
    (count) => count === 3,
  );
  product.stack.kill('worker-llm', 'SIGKILL');
  const run = await product.ended(runId);
  expect(run.status).toBe('completed');
  expect(pidOf('llm')).toBe(waiting);
  expect(await standbyOf('llm')).not.toBe(active);
});

test('a standby takes no task while its sibling lives', async () => {
  const standby = await standbyOf('llm');
  const { pollers } = await temporal.client.workflowService.describeTaskQueue({
    ...{ namespace: 'default', taskQueue: { name: 'llm' } },
    taskQueueType: ACTIVITIES,
  });
  const pids = pollers.map(({ identity }) => Number(identity!.split('/')[3]));
  expect(pids).toContain(pidOf('llm'));
  expect(pids).not.toContain(standby);
});

test('a task that a simulations worker held ends with it, and not by its timeout; what another process holds is left alone', async () => {
  process.kill(pidOf('simulations'), 'SIGSTOP'); // it goes on being given tasks
  const agents = [{ id: 'seller', kind: 'script', bot: 'baseline-v1' }];
  const started = await product.api<SimulationStarted>('POST', '/simulations', { name: 'held', ticks: 3, agents });
  const isHeld = async () => (await eventsOf(started.workflowId)).at(-1)!.workflowTaskStartedEventAttributes;
  await until(isHeld, (held) => held !== undefined && held !== null);

  const others = { identity: 'another/process', failure: ApplicationFailure.create({ message: 'lost', type: 'Lost' }) };
  const freed = await until(
    () => freeWorkflows(temporal.client, 'simulations', others),
    ({ workflows }) => workflows === 1, // the list is a little behind
  );
  expect(freed).toMatchObject({ tasks: 0, errors: [] });
  const sick = refusingHistories(temporal.client);
  expect(await freeWorkflows(sick, 'simulations', others)).toEqual({ workflows: 1, tasks: 0, errors: [REFUSED] });

  product.stack.kill('worker-simulations', 'SIGKILL');
  expect(await temporal.client.workflow.getHandle(started.workflowId).result()).toMatchObject({ status: 'completed' });
  const ends = (await eventsOf(started.workflowId)).flatMap((event) => [
    ...(event.workflowTaskFailedEventAttributes
      ? [event.workflowTaskFailedEventAttributes.failure!.applicationFailureInfo!.type]
      : []),
    ...(event.workflowTaskTimedOutEventAttributes ? ['timeout'] : []),
  ]);
  expect(ends).toEqual(['WorkerLost']);
});
