import { join, resolve } from 'node:path';
import type { ReplayReport } from '../../src/replay/report';
import { plantedBundle, type Change, type PlantedBundle } from '../support/planted-bundle';
import { longhaulIn, onlyLine } from './longhaul';
import { makeFolder, removeFolder } from './stack-folder';

jest.setTimeout(60_000);

/** Mistakes that people make in workflow code, each planted alone; the replay must say which one it is. */
const HISTORIES = resolve(__dirname, '../replay/histories/agent-run');
const dir = makeFolder();
const { run } = longhaulIn(dir);
const planted: PlantedBundle[] = [];
afterAll(() => {
  for (const bundle of planted) bundle.remove();
  removeFolder(dir);
});

interface Case {
  what: string;
  change: Change[];
  history: string;
  expected: object | undefined;
  found: object | undefined;
  /** The frame that leads to the mistake. */
  stack: RegExp;
}

const CASES: Case[] = [
  {
    what: 'two steps in another order',
    change: [
      {
        file: 'workflows/agent-run.ts',
        from: '  await recorder.recordEnd(ending);\n  showEnd(run, ending);\n',
        to: '  showEnd(run, ending);\n  await recorder.recordEnd(ending);\n',
      },
    ],
    history: 'success.1.json',
    expected: { type: 'ActivityTaskScheduled', name: 'recordProgress' },
    found: { type: 'UpsertWorkflowSearchAttributes' },
    stack: /finishRun.*agent-run\.ts/,
  },
  {
    what: 'a timer more',
    change: [
      {
        file: 'workflows/node/llm-node.ts',
        from: "import type { NodeContext } from './node-context';\n",
        to: "import type { NodeContext } from './node-context';\nimport { sleep } from '@temporalio/workflow';\n",
      },
      {
        file: 'workflows/node/llm-node.ts',
        from: '  const turns: Turn[] = [];\n',
        to: '  const turns: Turn[] = [];\n  await sleep(1000);\n',
      },
    ],
    history: 'retries.1.json',
    expected: { type: 'ActivityTaskScheduled', name: 'callAgent', eventId: 6 },
    found: { type: 'TimerStarted' },
    stack: /llmNode.*llm-node\.ts/,
  },
  {
    what: 'a step less',
    change: [
      {
        file: 'workflows/progress-recorder.ts',
        from: '    if (isFirstRun) this.pending =',
        to: '    if (isFirstRun && this.seq > 0) this.pending =',
      },
    ],
    history: 'success.1.json',
    expected: { type: 'ActivityTaskScheduled', name: 'recordProgress', eventId: 7 },
    found: undefined,
    stack: /ProgressRecorder\.start.*progress-recorder\.ts/,
  },
  {
    what: 'a step after the end',
    change: [
      {
        file: 'workflows/agent-run.ts',
        from: '  showEnd(run, ending);\n',
        to: '  showEnd(run, ending);\n  await recorder.recordEnd(ending);\n',
      },
    ],
    history: 'cancel.1.json',
    expected: { type: 'WorkflowExecutionCompleted' },
    found: { type: 'ActivityTaskScheduled', name: 'recordProgress' },
    stack: /flush.*progress-recorder\.ts/,
  },
  {
    what: 'another step beside the workflow',
    change: [
      {
        file: 'workflows/node/script-node.ts',
        from: 'fast.runScript(input)',
        to: "(fast as unknown as Record<string, (input: unknown) => Promise<never>>)['runOther']!(input)",
      },
    ],
    history: 'fast-lane.1.json',
    expected: { type: 'MarkerRecorded', name: 'runScript' },
    found: { type: 'MarkerRecorded', name: 'runOther' },
    stack: /script-node\.ts/,
  },
  {
    what: 'two calls that changed places, which Temporal does not see',
    change: [
      {
        file: 'workflows/agent-run-driver.ts',
        from: 'of this.run.start()) this.launch(index);',
        to: 'of [...this.run.start()].reverse()) this.launch(index);',
      },
    ],
    history: 'success.1.json',
    expected: { type: 'ActivityTaskScheduled', name: 'callAgent', summary: 'b' },
    found: { type: 'ActivityTaskScheduled', name: 'callAgent', summary: 'c' },
    stack: /ask.*llm-node\.ts/,
  },
];

test.each(CASES)('$what', async ({ change, history, expected, found, stack }) => {
  const bundle = await plantedBundle(change);
  planted.push(bundle);
  const answer = await run('history', 'replay', join(HISTORIES, history), '--bundle', bundle.file, '--json');
  const report = onlyLine(answer) as ReplayReport;
  expect(answer.code).toBe(4);
  const [execution] = report.executions;
  if (execution?.outcome !== 'diverged') throw new Error(`expected a difference: ${answer.stdout}`);
  if (expected) expect(execution.divergence?.expected).toMatchObject(expected);
  else expect(execution.divergence?.expected).toBeUndefined();
  if (found) expect(execution.divergence?.found).toMatchObject(found);
  else expect(execution.divergence?.found).toBeUndefined();
  expect(execution.stack).toMatch(stack);
});

test('the sources as they are pass', async () => {
  const bundle = await plantedBundle([]);
  planted.push(bundle);
  for (const history of ['success.1.json', 'cancel.1.json']) {
    const answer = await run('history', 'replay', join(HISTORIES, history), '--bundle', bundle.file);
    expect([history, answer.code, answer.stderr]).toEqual([history, 0, '']);
  }
});
