import { endTemporal } from '../support/quiet-temporal';
import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { historyFromJSON } from '@temporalio/common/lib/proto-utils';
import { bareHistorySchema } from '../../src/contracts/api.schema';
import { firstDivergence } from '../../src/replay/divergence';
import { recordedSteps } from '../../src/replay/events';
import { observedWorker, type Observed } from '../../src/replay/observed-worker';
import { replayExecution } from '../../src/replay/replay-execution';
import { UNSEEN_SINKS } from '../../src/replay/unseen-sinks';
import { plantedBundle, type PlantedBundle } from '../support/planted-bundle';

jest.setTimeout(60_000);

const HISTORIES = resolve(__dirname, 'histories');
const recorded = readdirSync(HISTORIES, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.json'));

/** Made in tests/workflows/situations.ts. */
const SITUATIONS = [
  'agent-run/approval-expired',
  'agent-run/approval-given',
  'agent-run/approval-refused',
  'agent-run/asked-again',
  'agent-run/batch',
  'agent-run/batch-expired',
  'agent-run/budget-exceeded',
  'agent-run/cancel',
  'agent-run/cassette-hybrid',
  'agent-run/cassette-miss',
  'agent-run/cassette-replay',
  'agent-run/continue-as-new',
  'agent-run/failure-with-skips',
  'agent-run/fast-lane',
  'agent-run/paused-and-resumed',
  'agent-run/question',
  'agent-run/question-across-continue-as-new',
  'agent-run/retries',
  'agent-run/run-timeout',
  'agent-run/success',
  'agent-run/tool-approval',
  'agent-run/tool-rounds',
  'llm-batch/continue-as-new',
  'llm-batch/success',
  'partitioned-simulation/continue-as-new',
  'partitioned-simulation/removed',
  'run-batch/continue-as-new',
  'run-batch/success',
  'simulation/bots',
  'simulation/cassette-hybrid',
  'simulation/cassette-replay',
  'simulation/continue-as-new',
  'simulation/forwarded',
  'simulation/outside',
  'simulation/parked',
  'simulation/partition',
  'simulation/person',
  'simulation/reviews',
  'simulation/steered',
  'simulation/terms',
];

let bundle: PlantedBundle;
beforeAll(async () => void (bundle = await plantedBundle([])));
afterAll(async () => {
  bundle.remove();
  await endTemporal();
});

const read = (file: string) => bareHistorySchema.parse(JSON.parse(readFileSync(join(HISTORIES, file), 'utf8')));
const replay = (history: ReturnType<typeof read>) => replayExecution({ codePath: bundle.file }, 'replayed', history);

test('there is a golden history of every situation', () => {
  const situations = new Set(recorded.map((file) => file.replace(/\.\d+\.json$/, '')));
  expect([...situations].sort()).toEqual(SITUATIONS);
});

test.each(recorded)('%s replays on today’s workflow code, every activity with its recorded arguments', async (file) => {
  expect(await replay(read(file))).toMatchObject({ outcome: 'replayed', otherArguments: [] });
});

test.each(recorded)('%s: what is compared to name a difference finds none here', async (file) => {
  const observed: Observed = { commands: [], waitingAt: '' };
  const history = read(file);
  const workflowBundle = { codePath: bundle.file };
  const options = { workflowBundle, debugMode: true, reuseV8Context: false, sinks: UNSEEN_SINKS };
  await observedWorker(observed).runReplayHistory(options, historyFromJSON(history), 'replayed');
  expect(firstDivergence(recordedSteps(history.events), observed.commands)).toBeUndefined();
});

test('a history that the code would not have written is refused: the check can fail', async () => {
  const history = read('agent-run/success.1.json');
  const scheduled = history.events.find((event) => JSON.stringify(event).includes('"callAgent"'))!;
  const attributes = scheduled['activityTaskScheduledEventAttributes'] as { activityType: { name: string } };
  attributes.activityType.name = 'somethingElse';
  expect(await replay(history)).toMatchObject({
    outcome: 'diverged',
    message: expect.stringContaining('Nondeterminism') as string,
    divergence: { expected: { name: 'somethingElse' }, found: { name: 'callAgent' } },
  });
});
