import { endTemporal } from '../../support/quiet-temporal';
import { createLog } from '../../../src/adapters/log';
import { createArtifactBus } from '../../../src/gateway/artifacts';
import { keepHistories } from '../../../src/worker/loops/history-keeper';
import { runHistorySchema } from '../../../src/contracts/api.schema';
import { echoAgent, echoGraph, layeredGraph } from '../../support/graphs';
import { newId, payloadsOf, startSystem, TENANT, type System } from '../../support/system';
import { until } from '../../support/until';

jest.setTimeout(60_000);

let system: System;
beforeAll(async () => void (system = await startSystem()));
afterAll(async () => {
  await system.close();
  await endTemporal();
});

const rowOf = async (runId: string) => {
  const sql = 'SELECT history_ref AS ref, history_note AS note, launch FROM run WHERE id = $1';
  const { rows } = await system.pool.query<{ ref: string | null; note: string | null; launch: string }>(sql, [runId]);
  return rows[0]!;
};
const busOf = () => createArtifactBus({ pool: system.pool, payloads: payloadsOf(system), redis: null, log: silent });
const silent = createLog('fatal', { process: 'test' });
const keep = () =>
  keepHistories({ pool: system.pool, temporal: system.temporal.client, artifacts: busOf(), log: silent });

test('the history of a finished run is kept whole: every execution, with the code it was written by', async () => {
  const run = await system.startRun(layeredGraph(3, 5), { continueAsNewAfterEvents: 30 });
  await run.result();
  const { ref } = await until(
    () => rowOf(run.runId),
    (row) => row.ref !== null,
  );
  const { header, payload } = await busOf().get(TENANT, ref!);
  expect(header).toMatchObject({ sessionId: run.runId, type: 'snapshot', tags: ['history'], mime: 'application/json' });
  const document = runHistorySchema.parse(JSON.parse(Buffer.from(payload).toString('utf8')));
  expect(document).toMatchObject({ runId: run.runId, workflowId: run.workflowId, closed: true, complete: true });
  expect(document.code.workflowBundleSha256).toMatch(/^[0-9a-f]{64}$/);
  expect(document.executions.length).toBeGreaterThan(1);
  const types = document.executions.map(({ history }) => history.events.at(-1)!.eventType);
  expect(new Set(types.slice(0, -1))).toEqual(new Set(['EVENT_TYPE_WORKFLOW_EXECUTION_CONTINUED_AS_NEW']));
  expect(types.at(-1)).toBe('EVENT_TYPE_WORKFLOW_EXECUTION_COMPLETED');
  for (const { history } of document.executions)
    expect(history.events.map(({ eventId }) => Number(eventId))).toEqual(history.events.map((_, index) => index + 1));
});

test('keeping it again changes nothing', async () => {
  const run = await system.startRun(echoGraph([echoAgent('a')]));
  await run.result();
  const first = await until(
    () => rowOf(run.runId),
    (row) => row.ref !== null,
  );
  await system.pool.query('UPDATE run SET history_ref = NULL WHERE id = $1', [run.runId]);
  await keep();
  expect(await rowOf(run.runId)).toEqual(first);
});

test('a run that Temporal does not know is given up after an hour, and does not stop those behind it', async () => {
  const [gone, fresh] = [newId(), newId()];
  const insert = `INSERT INTO run (id, tenant_id, kind, name, parameters, workflow_id, launch, status, completed_at)
                  VALUES ($1, $2, 'agent-run', 'gone', '{}', $3, 'closed', 'cancelled', clock_timestamp() - $4::interval)`;
  await system.pool.query(insert, [gone, TENANT, `gone/${gone}`, '2 hours']);
  await system.pool.query(insert, [fresh, TENANT, `gone/${fresh}`, '1 minute']);
  const run = await system.startRun(echoGraph([echoAgent('a')]));
  await run.result();
  await until(
    () => rowOf(run.runId),
    (row) => row.ref !== null,
  );
  await keep();
  expect(await rowOf(gone)).toMatchObject({ ref: null, note: expect.stringContaining('past retention') as string });
  expect(await rowOf(fresh)).toMatchObject({ ref: null, note: null });
});
