import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Anthropic from '@anthropic-ai/sdk';
import OpenAI from 'openai';
import { getRun, getRunNodes, listAttempts } from '../../src/adapters/postgres';
import { PAUSE_UPDATE, RESUME_UPDATE } from '../../src/contracts/agent-run';
import { laneWorkflowId } from '../../src/contracts/llm-batch-start';
import { reconcileWithLog } from '../../src/gateway';
import type { CrashPoint } from '../../src/gateway/crash-point';
import { echoAgent, echoGraph } from '../support/graphs';
import { sums, violations } from '../support/ledger';
import { endTemporal } from '../support/quiet-temporal';
import { startSystem, TENANT, type StartedRun, type System } from '../support/system';
import { eventually } from '../support/until';

jest.setTimeout(120_000);

const folder = mkdtempSync(join(tmpdir(), 'longhaul-lane-'));
const QUICK = { LONGHAUL_LANE_AGE_MS: '500', LONGHAUL_LANE_LOOK_MS: '100' };

let system: System;
beforeAll(async () => {
  const env = { ...QUICK, LONGHAUL_WORKER_REGISTER_DIR: join(folder, 'activities'), LONGHAUL_LEASE_MS: '60000' };
  system = await startSystem({ workers: ['workflows', 'io'], env });
});
afterAll(async () => {
  await system.close();
  await endTemporal();
  rmSync(folder, { recursive: true, force: true });
});
afterEach(async () => {
  await system.modelServer.setFaults();
  await system.modelServer.setBatchMs(0);
});

const batched = (name: string, more: object = {}) => echoAgent(name, { delivery: 'batch', ...more });
const five = () => echoGraph(['a', 'b', 'c', 'd', 'e'].map((name) => batched(name)));
const atAnthropic = { llmConfig: { model: 'anthropic:scripted-echo', maxTokens: 20 } };
const fiveAtAnthropic = () => echoGraph(['a', 'b', 'c', 'd', 'e'].map((name) => batched(name, atAnthropic)));
const attemptsOf = ({ runId }: StartedRun) => listAttempts(system.pool, { tenant: TENANT, runId, limit: 100 });
const statesOf = async (run: StartedRun) => (await attemptsOf(run)).map(({ n, state }) => `#${n} ${state}`).sort();
const allAre = async (run: StartedRun, state: string) =>
  (await statesOf(run)).filter((found) => found === state).length === 5;
const nodesOf = async ({ runId }: StartedRun) => getRunNodes(system.pool, TENANT, runId);
const acceptedOf = async ({ runId }: StartedRun) =>
  (await system.modelServer.readAccepted()).filter(({ attemptKey }) => attemptKey?.startsWith(runId));
const handleOf = ({ workflowId }: StartedRun) => system.temporal.client.workflow.getHandle(workflowId);

/** Batches that the provider has, by the names that we gave them. */
async function submissions(): Promise<string[]> {
  const client = new OpenAI({ apiKey: 'scripted', baseURL: system.modelServer.url, maxRetries: 0 });
  const names: string[] = [];
  for await (const { metadata } of client.batches.list({ limit: 100 })) names.push(metadata!['longhaul_batch']!);
  return names;
}

async function messageBatches(): Promise<number> {
  const baseURL = new URL(system.modelServer.url).origin;
  const client = new Anthropic({ apiKey: 'scripted', baseURL, maxRetries: 0 });
  return (await client.messages.batches.list({ limit: 1000 })).data.length;
}

/** What the provider billed is what is booked, at half the price where it came with a batch. */
async function agreeWithTheProvider(run: StartedRun, provider = 'scripted'): Promise<void> {
  const log = (await acceptedOf(run)).map(({ attemptKey, inputTokens, outputTokens }) => ({
    ...{ attemptKey: attemptKey!, inputTokens, outputTokens },
  }));
  const report = await reconcileWithLog(system.pool, TENANT, log, { provider });
  expect(report).toMatchObject({
    ...{ stillUnknown: 0, missing: [], duplicates: [], different: [], differenceMicroUsd: 0 },
  });
  expect(await sums(system.pool, `run:${run.runId}`)).toMatchObject({ reserved: 0, unknown: 0, overrun: 0 });
  expect(await violations(system.pool)).toEqual([]);
}

describe('the llm worker dies', () => {
  test.each<CrashPoint>(['before-batch', 'after-batch', 'after-settle'])(
    '%s: one batch at the provider, each call billed once, and the run completes',
    async (point) => {
      const before = await submissions();
      const env = { LONGHAUL_CRASH_POINT: point, LONGHAUL_CRASH_COUNT_FILE: join(folder, point) };
      const dies = await system.startWorker('llm', env);
      const run = await system.startRun(five());
      expect(await dies.exited).toBeNull();
      const successor = await system.startWorker('llm', env);
      const { status, costMicroUsd } = await run.result();
      expect(status).toBe('completed');
      expect(await statesOf(run)).toEqual(Array(5).fill('#1 settled'));
      expect(await acceptedOf(run)).toHaveLength(5);
      const made = await submissions();
      expect(made).toHaveLength(before.length + 1);
      expect(new Set(made).size).toBe(made.length);
      const attempts = await attemptsOf(run);
      expect(costMicroUsd).toBe(attempts.reduce((sum, { actualMicroUsd }) => sum + actualMicroUsd!, 0));
      await agreeWithTheProvider(run);
      expect(await successor.stop()).toBe(0);
    },
  );
});

describe('the llm worker dies with a message batch of Anthropic, which has no name of ours', () => {
  test.each<CrashPoint>(['before-batch', 'after-batch', 'after-settle'])(
    '%s: one batch at the provider, each call billed once, and the run completes',
    async (point) => {
      const before = await messageBatches();
      const env = { LONGHAUL_CRASH_POINT: point, LONGHAUL_CRASH_COUNT_FILE: join(folder, `anthropic-${point}`) };
      const dies = await system.startWorker('llm', env);
      const run = await system.startRun(fiveAtAnthropic());
      expect(await dies.exited).toBeNull();
      const successor = await system.startWorker('llm', env);
      expect((await run.result()).status).toBe('completed');
      expect(await statesOf(run)).toEqual(Array(5).fill('#1 settled'));
      expect(await acceptedOf(run)).toHaveLength(5);
      expect(await messageBatches()).toBe(before + 1);
      await agreeWithTheProvider(run, 'scripted-anthropic');
      expect(await successor.stop()).toBe(0);
    },
  );
});

describe('with an llm worker that lives', () => {
  beforeAll(async () => void (await system.startWorker('llm')));

  test('a run costs half of what it costs in single requests', async () => {
    const run = await system.startRun(five());
    const twin = await system.startRun(echoGraph(['a', 'b', 'c', 'd', 'e'].map((name) => echoAgent(name))));
    const [batch, sync] = [await run.result(), await twin.result()];
    expect(batch.status).toBe('completed');
    // Each call's cost is rounded up to a whole micro-dollar, before and after it is halved.
    const roundedUp = 2 * batch.costMicroUsd - sync.costMicroUsd;
    expect([roundedUp >= 0, roundedUp < 2 * 5]).toEqual([true, true]);
    expect(new Set((await acceptedOf(run)).map((line) => line.batch)).size).toBe(1);
    await agreeWithTheProvider(run);
  });

  test('so does one that asks Anthropic', async () => {
    const run = await system.startRun(fiveAtAnthropic());
    const twin = await system.startRun(
      echoGraph(['a', 'b', 'c', 'd', 'e'].map((name) => echoAgent(name, atAnthropic))),
    );
    const [batch, sync] = [await run.result(), await twin.result()];
    expect(batch.status).toBe('completed');
    const roundedUp = 2 * batch.costMicroUsd - sync.costMicroUsd;
    expect([roundedUp >= 0, roundedUp < 2 * 5]).toEqual([true, true]);
    expect(new Set((await acceptedOf(run)).map((line) => line.batch)).size).toBe(1);
    await agreeWithTheProvider(run, 'scripted-anthropic');
  });

  test('a node whose request failed in the batch goes with another one; its dependents wait for it', async () => {
    await system.modelServer.setFaults('500:agent=shaky,times=1');
    const after = batched('after', { dependencies: ['shaky', 'steady'] });
    const run = await system.startRun(echoGraph([batched('shaky'), batched('steady'), after]));
    expect(await run.result()).toMatchObject({ status: 'completed', completed: 3 });
    expect(await statesOf(run)).toEqual(['#1 settled', '#1 settled', '#1 void', '#2 settled']);
    expect(new Set((await acceptedOf(run)).map((line) => line.batch)).size).toBe(3);
    await agreeWithTheProvider(run);
  });

  test('retries are bounded over batches as over single requests', async () => {
    await system.modelServer.setFaults('500:agent=broken');
    const run = await system.startRun(echoGraph([batched('broken', { maxRetries: 1 })]));
    expect((await run.result()).status).toBe('failed');
    expect((await nodesOf(run))[0]).toMatchObject({
      status: 'failed',
      reasonCode: 'retries_exhausted',
      modelFailures: 2,
    });
    await agreeWithTheProvider(run);
  });

  test('what an expired batch did not answer is asked in single requests, or goes with the next one', async () => {
    await system.modelServer.setFaults('batch-expired:after=1,times=1');
    const run = await system.startRun(echoGraph([batched('a'), batched('b'), batched('c')]));
    expect((await run.result()).status).toBe('completed');
    expect((await acceptedOf(run)).filter((line) => line.batch === undefined)).toHaveLength(2);
    await agreeWithTheProvider(run);

    await system.modelServer.setFaults('batch-expired:times=1');
    const again = await system.startRun(echoGraph([batched('a', { whenBatchExpires: 'requeue' })]));
    expect((await again.result()).status).toBe('completed');
    const [line, ...more] = await acceptedOf(again);
    expect([line!.batch === undefined, line!.attemptKey, more]).toEqual([false, `${again.runId}/a/0#2`, []]);
    await agreeWithTheProvider(again);
  });

  test('cancelled while its calls are at the provider: the batch ends there, nothing is billed, the room is given back', async () => {
    await system.modelServer.setBatchMs(600_000);
    const run = await system.startRun(five());
    await eventually('the calls to be sent', () => allAre(run, '#1 sent'));
    expect((await nodesOf(run)).map(({ status, reasonCode }) => [status, reasonCode])).toEqual(
      Array(5).fill(['running', 'batched']),
    );
    await handleOf(run).cancel();
    expect((await run.result()).status).toBe('cancelled');
    await eventually('the batch to end', () => allAre(run, '#1 void'));
    expect(await acceptedOf(run)).toEqual([]);
    await agreeWithTheProvider(run);
  });

  test('a paused run takes its answers when it goes on', async () => {
    await system.modelServer.setBatchMs(1_000);
    const run = await system.startRun(echoGraph([batched('a'), batched('b', { dependencies: ['a'] })]));
    await eventually('the call to be sent', async () => (await statesOf(run))[0] === '#1 sent');
    await handleOf(run).executeUpdate(PAUSE_UPDATE);
    await eventually('the answer to be booked', async () => (await statesOf(run))[0] === '#1 settled');
    expect((await getRun(system.pool, TENANT, run.runId))!.status).toBe('running');
    await handleOf(run).executeUpdate(RESUME_UPDATE);
    expect(await run.result()).toMatchObject({ status: 'completed', completed: 2 });
    await agreeWithTheProvider(run);
  });

  test('a lane ends when it has no batch, and is started anew by the next one', async () => {
    const lane = { tenant: TENANT, provider: 'scripted', model: 'scripted-echo' };
    const handle = system.temporal.client.workflow.getHandle(laneWorkflowId(lane));
    const ended = () =>
      handle.describe().then(({ status, runId }) => (status.name === 'COMPLETED' ? runId : undefined));
    const first = await eventually('the lane to end', ended);
    await (await system.startRun(echoGraph([batched('a')]))).result();
    expect(await eventually('the lane to end again', ended)).not.toBe(first);
  });

  test('a run across continue-as-new waits on for its batch', async () => {
    await system.modelServer.setBatchMs(1_500);
    const run = await system.startRun(
      echoGraph([batched('slow'), ...Array.from({ length: 6 }, (_, index) => echoAgent(`n${index}`))]),
      { continueAsNewAfterEvents: 25 },
    );
    expect(await run.result()).toMatchObject({ status: 'completed', completed: 7 });
    await agreeWithTheProvider(run);
  });
});
