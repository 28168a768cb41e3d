import { endTemporal } from '../support/quiet-temporal';
import { writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { historyToJSON } from '@temporalio/common/lib/proto-utils';
import { Worker } from '@temporalio/worker';
import { echoAgent, echoGraph, layeredGraph } from '../support/graphs';
import { startSystem, type StartedRun, type System } from '../support/system';

const BUNDLE = { codePath: resolve(__dirname, '../../dist/workflow-bundle.js') };
const GOLDEN = resolve(__dirname, '../replay/histories/agent-run');
/** `LONGHAUL_RECORD=1 npm test -- tests/workflows/histories` writes golden histories: once per release, and after adding a situation. */
const RECORD = process.env['LONGHAUL_RECORD'] === '1';

let system: System;
beforeAll(async () => void (system = await startSystem()));
afterAll(async () => {
  await system.close();
  await endTemporal();
});

/** Every situation whose history must replay on today's code, and on every later one. */
const SITUATIONS: Record<string, () => Promise<StartedRun>> = {
  success: () =>
    system.startRun(
      echoGraph([echoAgent('a'), echoAgent('b', { dependencies: ['a'] }), echoAgent('c', { dependencies: ['a'] })]),
    ),
  'failure-with-skips': async () => {
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
  retries: async () => {
    await system.modelServer.setFaults('500:agent=shaky,times=2');
    return system.startRun(echoGraph([echoAgent('shaky'), echoAgent('after', { dependencies: ['shaky'] })]));
  },
  'asked-again': async () => {
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
  cancel: async () => {
    const run = await system.startRun(
      echoGraph([echoAgent('slow', { says: '[[delay: 30000]]' }), echoAgent('after', { dependencies: ['slow'] })]),
    );
    await system.modelServer.until(({ inFlight }) => inFlight > 0);
    await system.temporal.client.workflow.getHandle(run.workflowId).cancel();
    return run;
  },
  'run-timeout': () =>
    system.startRun(echoGraph([echoAgent('slow', { says: '[[delay: 30000]]' })], { timeoutSeconds: 1 })),
  'budget-exceeded': () =>
    system.startRun(
      echoGraph([echoAgent('a', { says: '[[tokens: 50]]' }), echoAgent('b', { dependencies: ['a'] })], {
        costBudgetUsd: 0.00012,
      }),
    ),
  'continue-as-new': () => system.startRun(layeredGraph(3, 5), { continueAsNewAfterEvents: 30 }),
};

test.each(Object.keys(SITUATIONS))('the fresh history of "%s" replays', async (situation) => {
  const run = await SITUATIONS[situation]!();
  await run.result();
  await system.modelServer.setFaults();
  const { client } = system.temporal;
  const executions = [];
  for await (const execution of client.workflow.list({ query: `WorkflowId = '${run.workflowId}'` }))
    executions.push(execution);
  executions.sort((a, b) => a.startTime.getTime() - b.startTime.getTime());
  let part = 0;
  for (const { runId } of executions) {
    const history = await client.workflow.getHandle(run.workflowId, runId).fetchHistory();
    await Worker.runReplayHistory({ workflowBundle: BUNDLE }, history, run.workflowId);
    part += 1;
    if (RECORD) writeFileSync(resolve(GOLDEN, `${situation}.${part}.json`), withoutMachine(historyToJSON(history)));
  }
  expect(part).toBeGreaterThanOrEqual(situation === 'continue-as-new' ? 2 : 1);
});

/** Who recorded it, and where its sources lay, is nobody's business; replay does not look at them. */
function withoutMachine(history: string): string {
  const cleaned = JSON.parse(history, (key, value: unknown) =>
    key === 'stackTrace' ? '' : key === 'identity' ? 'worker' : value,
  ) as object;
  return `${JSON.stringify(cleaned, null, 2)}\n`;
}
