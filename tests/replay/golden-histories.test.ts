import { endTemporal } from '../support/quiet-temporal';
import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { historyFromJSON } from '@temporalio/common/lib/proto-utils';
import { bundleWorkflowCode, DefaultLogger, Worker, type WorkflowBundle } from '@temporalio/worker';

jest.setTimeout(60_000);

const HISTORIES = resolve(__dirname, 'histories');
const recorded = readdirSync(HISTORIES, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.json'));

let workflowBundle: WorkflowBundle;
beforeAll(async () => {
  workflowBundle = await bundleWorkflowCode({
    workflowsPath: resolve(__dirname, '../../src/workflows/index.ts'),
    logger: new DefaultLogger('ERROR'),
  });
});

afterAll(endTemporal);

const read = (file: string) =>
  JSON.parse(readFileSync(join(HISTORIES, file), 'utf8')) as { events: Record<string, unknown>[] };
const replay = (history: object) => Worker.runReplayHistory({ workflowBundle }, historyFromJSON(history), 'replayed');

test('there is a golden history of every situation', () => {
  const situations = new Set(recorded.map((file) => file.replace(/\.\d+\.json$/, '')));
  expect([...situations].sort()).toEqual(
    [
      'asked-again',
      'budget-exceeded',
      'cancel',
      'continue-as-new',
      'failure-with-skips',
      'retries',
      'run-timeout',
      'success',
    ].map((name) => `agent-run/${name}`),
  );
});

test.each(recorded)('%s replays on today’s workflow code', async (file) => {
  await replay(read(file));
});

test('a history that the code would not have written is refused: the check can fail', async () => {
  const history = read('agent-run/success.1.json');
  const scheduled = history.events.find((event) => JSON.stringify(event).includes('"callAgent"'))!;
  const attributes = scheduled['activityTaskScheduledEventAttributes'] as { activityType: { name: string } };
  attributes.activityType.name = 'somethingElse';
  await expect(replay(history)).rejects.toThrow(/Nondeterminism/i);
});
