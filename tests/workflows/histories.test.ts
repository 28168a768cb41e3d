import { endTemporal } from '../support/quiet-temporal';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { workflowHistory } from '../../src/adapters/temporal';
import { HISTORY_BYTES_MAX } from '../../src/contracts/history-limits';
import { bareHistorySchema } from '../../src/contracts/api.schema';
import { replayExecution } from '../../src/replay/replay-execution';
import { startSystem, type System } from '../support/system';
import { SITUATION_OPTIONS, SITUATIONS } from './situations';

const BUNDLE = { codePath: resolve(__dirname, '../../dist/workflow-bundle.js') };
const GOLDEN = resolve(__dirname, '../replay/histories');
/** `LONGHAUL_RECORD=1 npm test -- tests/workflows/histories` writes golden histories: once per release, and after adding a situation. */
const RECORD = process.env['LONGHAUL_RECORD'] === '1';

jest.setTimeout(60_000);

let system: System;
beforeAll(async () => void (system = await startSystem(SITUATION_OPTIONS)));
afterAll(async () => {
  await system.close();
  await endTemporal();
});

test.each(Object.keys(SITUATIONS))('the fresh history of "%s" replays', async (situation) => {
  const { workflowId, result } = await SITUATIONS[situation]!(system);
  await result();
  await system.modelServer.setFaults();
  const query = { workflowId, bytesMax: HISTORY_BYTES_MAX, whileOpen: false };
  const found = await workflowHistory(system.temporal.client, query);
  if (typeof found === 'string') throw new Error(`the history is ${found}`);
  for (const [index, { history }] of found.executions.entries()) {
    const outcome = await replayExecution(BUNDLE, workflowId, bareHistorySchema.parse(history));
    expect(outcome).toMatchObject({ outcome: 'replayed', otherArguments: [] });
    if (RECORD) record(`${situation}.${index + 1}.json`, history);
  }
  expect(found.executions.length).toBeGreaterThanOrEqual(situation.endsWith('continue-as-new') ? 2 : 1);
});

/** Who recorded it, and where its sources lay, is nobody's business; replay does not look at them. */
function record(file: string, history: object): void {
  const cleaned = JSON.stringify(
    history,
    (key, value: unknown) => (key === 'stackTrace' ? '' : key === 'identity' ? 'worker' : value),
    2,
  );
  mkdirSync(dirname(resolve(GOLDEN, file)), { recursive: true });
  writeFileSync(resolve(GOLDEN, file), `${cleaned}\n`);
}
