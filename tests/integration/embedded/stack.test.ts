import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { Connection } from '@temporalio/client';
import Redis from 'ioredis';
import { Client } from 'pg';
import { readState, type StackState } from '../../../src/adapters/embedded';
import { identifyProcess, isStillAlive } from '../../../src/adapters/embedded/process-identity';
import { probePostgres } from '../../../src/adapters/embedded/postgres-probe';
import { probeRedis } from '../../../src/adapters/embedded/redis-probe';
import { externalTemporal } from '../../../src/adapters/embedded/temporal-external';
import { probeTemporal } from '../../../src/adapters/embedded/temporal-probe';
import { waitFor } from '../../../src/adapters/embedded/wait-for';
import { useStackFolder } from '../../support/stack-folder';

const folder = useStackFolder();
const serviceNames = ['postgres', 'redis', 'temporal'];
const livingOf = (state: StackState) =>
  state.processes
    .filter((process) => isStillAlive(process))
    .map(({ name }) => name)
    .sort();

async function query(state: StackState, sql: string): Promise<unknown[]> {
  const client = new Client({ connectionString: state.services.postgres!.url });
  await client.connect();
  const { rows } = await client.query(sql).finally(() => client.end());
  return rows;
}

async function redis<T>(state: StackState, work: (client: Redis) => Promise<T>): Promise<T> {
  const client = new Redis(state.services.redis!.url);
  return work(client).finally(() => client.disconnect());
}

async function temporal<T>(state: StackState, work: (connection: Connection) => Promise<T>): Promise<T> {
  const connection = await Connection.connect({ address: state.services.temporal!.address });
  return work(connection).finally(() => connection.close());
}

const startWorkflow = (state: StackState, workflowId: string) =>
  temporal(state, ({ workflowService }) =>
    workflowService.startWorkflowExecution({
      namespace: 'default',
      workflowId,
      requestId: workflowId,
      workflowType: { name: 'none' },
      taskQueue: { name: 'none' },
    }),
  );
const describeWorkflow = (state: StackState, workflowId: string) =>
  temporal(state, ({ workflowService }) =>
    workflowService.describeWorkflowExecution({ namespace: 'default', execution: { workflowId } }),
  );

it('serves, tells where, refuses a second supervisor, and stops without leaving a process', async () => {
  const { dir } = folder;
  const first = folder.host();
  const state = await first.ready();
  expect(livingOf(state)).toEqual(serviceNames);
  expect(readState(dir)).toEqual(state);
  expect(statSync(join(dir, '.longhaul/state.json')).mode & 0o777).toBe(0o600);

  const second = folder.host();
  await expect(second.ready()).rejects.toThrow(
    new RegExp(`^AlreadyRunning: Longhaul is already running in ${dir} \\(process ${first.process.pid}\\)`),
  );
  expect(livingOf(state)).toEqual(serviceNames);

  await first.stop();
  expect(livingOf(state)).toEqual([]);
  expect(readState(dir)).toBeUndefined();
  expect(existsSync(join(dir, '.longhaul/supervisor.lock'))).toBe(false);
});

it('after a kill of the supervisor replaces what is left, and loses nothing', async () => {
  const killed = folder.host();
  const before = await killed.ready();
  await query(before, "create table note as select 'kept' as text");
  await redis(before, (client) => client.set('note', 'kept'));
  await startWorkflow(before, 'kept');
  killed.process.kill('SIGKILL');
  await waitFor(() => identifyProcess(killed.process.pid!) === undefined, 5_000);
  expect(livingOf(before)).toEqual(serviceNames); // orphans that go on serving

  const next = folder.host();
  const after = await next.ready();
  expect(livingOf(before)).toEqual([]);
  expect(next.events.filter(({ type }) => type === 'left-over')).toHaveLength(3);
  expect(livingOf(after)).toEqual(serviceNames);
  expect(await query(after, 'select text from note')).toEqual([{ text: 'kept' }]);
  expect(await redis(after, (client) => client.get('note'))).toBe('kept');
  expect((await describeWorkflow(after, 'kept')).workflowExecutionInfo?.execution?.workflowId).toBe('kept');
  expect(after.token).toBe(before.token);
});

it('brings a killed service back on its port, with its data', async () => {
  const running = folder.host();
  const state = await running.ready();
  await query(state, "create table note as select 'kept' as text");
  await redis(state, (client) => client.set('note', 'kept'));
  await startWorkflow(state, 'kept');
  for (const { pid } of state.processes) process.kill(pid, 'SIGKILL');

  const restarted = () => running.events.filter((event) => event.type === 'ready' && event.restarted).length === 3;
  expect(await waitFor(restarted, 30_000)).toBe(true);
  expect(await query(state, 'select text from note')).toEqual([{ text: 'kept' }]);
  expect(await redis(state, (client) => client.get('note'))).toBe('kept');
  expect((await describeWorkflow(state, 'kept')).workflowExecutionInfo?.execution?.workflowId).toBe('kept');
  const now = readState(folder.dir)!;
  expect(livingOf(now)).toEqual(serviceNames);
  expect([now.services.temporal!.pid, now.services.postgres!.pid, now.services.redis!.pid].sort()).toEqual(
    now.processes.map(({ pid }) => pid).sort(),
  );
});

it('stops half way through its start when it is told to', async () => {
  const starting = folder.host();
  expect(await waitFor(() => starting.events.some(({ type }) => type === 'spawned'), 10_000)).toBe(true);
  await starting.stop();
  const pids = starting.events.flatMap((event) => (event.type === 'spawned' ? [event.pid] : []));
  for (const pid of pids) expect(identifyProcess(pid)).toBeUndefined();
});

it('registers the search attributes and uses the servers that the user named, which must serve', async () => {
  const state = await folder.host().ready();
  const { customAttributes } = await temporal(state, ({ operatorService }) =>
    operatorService.listSearchAttributes({ namespace: 'default' }),
  );
  expect(Object.keys(customAttributes ?? {})).toEqual(expect.arrayContaining(['LonghaulKind', 'LonghaulCostUsd']));
  const { address } = state.services.temporal!;
  expect(await externalTemporal({ address, namespace: 'default' })).toMatchObject({
    found: { kind: 'external', address },
  });
  await expect(externalTemporal({ address, namespace: 'missing' })).rejects.toMatchObject({
    code: 'ServiceUnavailable',
  });
});

it('tells from a probe that nothing serves', async () => {
  expect(await probeTemporal('127.0.0.1:1', 'default', 300)).toBeUndefined();
  expect(await probePostgres('postgres://longhaul@127.0.0.1:1/none')).toBeUndefined();
  expect(await probeRedis('redis://127.0.0.1:1')).toBeUndefined();
});
