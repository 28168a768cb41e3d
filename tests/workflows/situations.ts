import { lineAgent } from '../support/line-agent';
import { resolve } from 'node:path';
import { decideTask, getRunNodes, listTasks, withTransaction } from '../../src/adapters/postgres';
import { startWorkflow } from '../../src/adapters/temporal';
import { acceptBatch } from '../../src/api/services/start-batch';
import { PAUSE_UPDATE, RESUME_UPDATE, SET_PRIORITY_UPDATE } from '../../src/contracts/agent-run';
import type { LlmBatchInput } from '../../src/contracts/llm-batch';
import { llmBatchStart } from '../../src/contracts/llm-batch-start';
import type { RunBatchInput } from '../../src/contracts/run-batch';
import { runBatchStart } from '../../src/contracts/run-batch-start';
import type { CassetteMode } from '../../src/domain/llm/cassette';
import { echoAgent, echoGraph, layeredGraph } from '../support/graphs';
import { SIMULATION_SITUATIONS } from '../support/simulation-situations';
import { TENANT, type StartedRun, type System, type SystemOptions } from '../support/system';
import { eventually } from '../support/until';

/** What the system needs beyond its defaults. */
export const SITUATION_OPTIONS: SystemOptions = {
  plugIns: ['note'],
  env: {
    LONGHAUL_TOOLS_FOLDER: resolve(__dirname, 'plug-ins'),
    LONGHAUL_LANE_AGE_MS: '500',
    LONGHAUL_LANE_LOOK_MS: '100',
    LONGHAUL_RUNNERS_COMMANDS: JSON.stringify([lineAgent('line-agent'), lineAgent('line-agent-that-fails', 'crash')]),
  },
};

export type Situation = (system: System) => Promise<Pick<StartedRun, 'workflowId'> & { result(): Promise<unknown> }>;

/** Every situation whose history must replay on today's code, and on every later one: by workflow type. */
export const SITUATIONS: Record<string, Situation> = {
  'agent-run/success': (system) =>
    system.startRun(
      echoGraph([echoAgent('a'), echoAgent('b', { dependencies: ['a'] }), echoAgent('c', { dependencies: ['a'] })]),
    ),
  'agent-run/failure-with-skips': async (system) => {
    await system.modelServer.setFaults('400:agent=broken');
    return system.startRun(
      echoGraph([
        echoAgent('broken'),
        echoAgent('skipped', { dependencies: ['broken'] }),
        echoAgent('x'),
        echoAgent('y'),
      ]),
    );
  },
  'agent-run/retries': async (system) => {
    await system.modelServer.setFaults('500:agent=shaky,times=2');
    return system.startRun(echoGraph([echoAgent('shaky'), echoAgent('after', { dependencies: ['shaky'] })]));
  },
  'agent-run/asked-again': async (system) => {
    await system.modelServer.setFaults('bad-json:agent=json,times=1');
    return system.startRun(
      echoGraph([
        echoAgent('json', {
          says: 'Answer in json.',
          llmConfig: { model: 'scripted-echo', maxTokens: 80, responseFormat: 'json' },
        }),
      ]),
    );
  },
  'agent-run/cancel': async (system) => {
    const run = await startSlow(system);
    await system.temporal.client.workflow.getHandle(run.workflowId).cancel();
    return run;
  },
  'agent-run/run-timeout': (system) =>
    system.startRun(echoGraph([echoAgent('slow', { says: '[[delay: 30000]]' })], { timeoutSeconds: 1 })),
  'agent-run/budget-exceeded': (system) =>
    system.startRun(
      echoGraph([echoAgent('a', { says: '[[tokens: 50]]' }), echoAgent('b', { dependencies: ['a'] })], {
        costBudgetUsd: 0.00012,
      }),
    ),
  'agent-run/continue-as-new': (system) => system.startRun(layeredGraph(3, 5), { continueAsNewAfterEvents: 30 }),

  'agent-run/paused-and-resumed': async (system) => {
    const run = await startSlow(system, 700);
    const handle = system.temporal.client.workflow.getHandle(run.workflowId);
    await handle.executeUpdate(PAUSE_UPDATE);
    await eventually('the slow agent to end', () => isCompleted(system, run, 'slow'));
    await handle.executeUpdate(SET_PRIORITY_UPDATE, { args: [{ node: 'last', priority: 10 }] });
    await handle.executeUpdate(RESUME_UPDATE);
    return run;
  },
  'agent-run/question': async (system) => {
    const run = await system.startRun(
      echoGraph([echoAgent('draft'), person('editor', ['draft']), echoAgent('final', { dependencies: ['editor'] })]),
    );
    await answer(system, run, { state: 'answered', answer: 'Print it.' });
    return run;
  },
  'agent-run/question-across-continue-as-new': async (system) => {
    const many = Array.from({ length: 6 }, (_, index) => echoAgent(`n${index}`));
    const graph = echoGraph([person('editor', []), ...many, echoAgent('final', { dependencies: ['editor'] })]);
    const run = await system.startRun(graph, { continueAsNewAfterEvents: 25 });
    await eventually('the others to end', () => isCompleted(system, run, 'n5'));
    await answer(system, run, { state: 'answered', answer: 'Print it.' });
    return run;
  },
  'agent-run/approval-given': async (system) => {
    const run = await system.startRun(guarded());
    await answer(system, run, { state: 'approved' });
    return run;
  },
  'agent-run/approval-refused': async (system) => {
    const run = await system.startRun(guarded());
    await answer(system, run, { state: 'rejected' });
    return run;
  },
  'agent-run/approval-expired': (system) => system.startRun(guarded({ dueSeconds: 1, onTimeout: 'reject' })),

  'agent-run/tool-rounds': (system) =>
    system.startRun(
      echoGraph([
        toolUser(
          ['calculator', 'lookup'],
          `[[call: calculator {"expression": "6 * 7"}]] [[call: lookup {"data": {"a": 5}, "path": "a"}]]
           [[then: calculator {"expression": "42 + 5"}]] [[answer: $3]]`,
        ),
      ]),
    ),
  'agent-run/tool-approval': async (system) => {
    const run = await system.startRun(
      echoGraph([toolUser(['note'], '[[call: note {}]] [[answer: $1]]', { approval: { for: 'side-effects' } })]),
    );
    await answer(system, run, { state: 'approved' });
    return run;
  },
  'agent-run/fast-lane': (system) =>
    system.startRun(
      echoGraph([
        echoAgent('source', { says: '[[answer: {"net": 250}]]' }),
        script('net', 'lookup', { data: '{{ source.content }}', path: 'net' }, ['source']),
        script('gross', 'calculator', { expression: '{{ net.json }} * 1.19' }, ['net']),
        script('double', 'calculator', { expression: '{{ net.json }} * 2' }, ['net']),
      ]),
    ),
  'agent-run/cassette-replay': async (system) => {
    await played(system, 'replay', 'record', twoAgents());
    return system.startRun(twoAgents(), cassette('replay', 'replay'));
  },
  'agent-run/cassette-miss': async (system) => {
    await played(system, 'miss', 'record', echoGraph([echoAgent('a'), echoAgent('own', { tools: ['http_get'] })]));
    return system.startRun(twoAgents(), cassette('miss', 'replay'));
  },
  'agent-run/cassette-hybrid': async (system) => {
    await played(system, 'hybrid', 'record', echoGraph([echoAgent('a')]));
    return system.startRun(twoAgents(), cassette('hybrid', 'hybrid'));
  },

  'agent-run/batch': async (system) => {
    await system.modelServer.setFaults('500:agent=a,times=1');
    return system.startRun(echoGraph([batched('a'), batched('b'), echoAgent('after', { dependencies: ['a', 'b'] })]));
  },
  'agent-run/batch-expired': async (system) => {
    await system.modelServer.setFaults('batch-expired:after=1');
    return system.startRun(echoGraph([batched('a'), batched('b')]));
  },

  'llm-batch/success': (system) => laneOf(system),
  'llm-batch/continue-as-new': (system) => laneOf(system, { continueAsNewAfterEvents: 20 }),

  'run-batch/success': (system) => startBatch(system, 4),
  'run-batch/continue-as-new': (system) => startBatch(system, 10, { continueAsNewAfterEvents: 40 }),

  ...SIMULATION_SITUATIONS,
};

const batched = (name: string) => echoAgent(name, { delivery: 'batch' });

/** The lane of a batch that takes some time: no other run of these situations asks this model by this name. */
async function laneOf(system: System, hook: Partial<LlmBatchInput> = {}) {
  const model = 'openai:scripted-echo';
  await system.modelServer.setBatchMs(1_500);
  const policy = { ageMs: 500, lookMs: 100, lookMsMax: 200 };
  const { workflowType, workflowId, taskQueue, args } = llmBatchStart(
    { tenant: TENANT, provider: 'scripted', model },
    policy,
    system.prefix,
  );
  Object.assign(args[0] as LlmBatchInput, hook);
  const handle = await system.temporal.client.workflow.start(workflowType, { workflowId, taskQueue, args });
  const run = await system.startRun(
    echoGraph([echoAgent('a', { delivery: 'batch', llmConfig: { model, maxTokens: 40 } })]),
  );
  const result = async () => {
    await run.result();
    await handle.result();
    await system.modelServer.setBatchMs(0);
  };
  return { workflowId, result };
}

/** One of them takes the ordinary lane: its tool is known to other workers only. */
const twoAgents = () =>
  echoGraph([echoAgent('a'), echoAgent('b', { dependencies: ['a'] }), echoAgent('own', { tools: ['http_get'] })]);
const cassette = (name: string, mode: CassetteMode) => ({ parameters: { cassette: { name, mode } } });

async function played(system: System, name: string, mode: CassetteMode, graph: object): Promise<void> {
  await (await system.startRun(graph, cassette(name, mode))).result();
}

async function startSlow(system: System, delayMs = 30_000): Promise<StartedRun> {
  const after = { dependencies: ['slow'] };
  const run = await system.startRun(
    echoGraph([
      echoAgent('slow', { says: `[[delay: ${delayMs}]]` }),
      echoAgent('after', after),
      echoAgent('last', after),
    ]),
  );
  await system.modelServer.until(({ inFlight }) => inFlight > 0);
  return run;
}

function person(name: string, dependencies: string[]) {
  return { name, kind: 'human', promptTemplate: `What does ${name} say?`, human: {}, dependencies };
}

/** Of the product's own tools, and `note` of the folder beside this file. */
function toolUser(tools: string[], says: string, more: object = {}) {
  return echoAgent('clerk', { tools, says, llmConfig: { model: 'scripted-echo', maxTokens: 400 }, ...more });
}

function script(name: string, tool: string, args: object, dependencies: string[]) {
  return { name, kind: 'script', dependencies, script: { tool, arguments: args } };
}

function guarded(approval: object = {}) {
  return echoGraph([echoAgent('careful', { approval: { for: 'start', ...approval } }), echoAgent('other')]);
}

async function answer(
  { pool }: System,
  { runId }: StartedRun,
  decision: Pick<Parameters<typeof decideTask>[1], 'state' | 'answer'>,
): Promise<void> {
  const open = async () => (await listTasks(pool, { tenant: TENANT, runId, limit: 1 }))[0];
  const { taskId } = (await eventually('a question', open))!;
  await decideTask(pool, { tenant: TENANT, taskId, by: 'ada', ...decision });
}

async function isCompleted({ pool }: System, { runId }: StartedRun, node: string): Promise<boolean> {
  const nodes = await getRunNodes(pool, TENANT, runId);
  return nodes.some(({ name, status }) => name === node && status === 'completed');
}

async function startBatch(system: System, total: number, hook: Partial<RunBatchInput> = {}) {
  const { runId } = await system.startRun(echoGraph([echoAgent('a')], { name: 'member' }));
  const parameters = { total, maxConcurrentRuns: 3 };
  const runs = Array.from({ length: total }, () => ({ graph: 'member' }));
  const batch = { name: 'batch', maxConcurrentRuns: parameters.maxConcurrentRuns, runs };
  const { batchId } = await withTransaction(system.pool, (tx) =>
    acceptBatch(tx, TENANT, batch as never, { cassette: 'default', cassetteMode: 'off' }),
  );
  const spec = runBatchStart({ tenant: TENANT, batchId, name: 'batch', parameters, taskQueuePrefix: system.prefix });
  Object.assign(spec.args[0] as RunBatchInput, hook);
  await startWorkflow(system.temporal.client, spec);
  await eventually('the graph’s own run to end', () => isCompleted(system, { runId } as StartedRun, 'a'));
  const handle = system.temporal.client.workflow.getHandle(spec.workflowId);
  return { workflowId: spec.workflowId, result: () => handle.result() as Promise<unknown> };
}
