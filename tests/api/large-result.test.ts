import { recordProgress } from '../../src/adapters/postgres';
import { completeNode } from '../../src/adapters/postgres/complete-node';
import type { RunResult } from '../../src/contracts/api.schema';
import { chain, startApi, type ApiUnderTest } from '../support/api';

const AGENTS = 40;
const CHARS = 1_000_000;

let under: ApiUnderTest;
let runId: string;
beforeAll(async () => {
  under = await startApi();
  await under.api.post('/graphs').send(chain('large', AGENTS)).expect(201);
  runId = (await under.api.post('/runs').send({ graph: 'large' }).expect(201)).body.runId;
  const { pool, artifacts } = under.deps;
  const output = { content: 'x'.repeat(CHARS), toolCalls: [], finishReason: 'stop', model: 'scripted-echo' };
  for (let at = 0; at < AGENTS; at++) {
    const node = `a${at}`;
    const { ref } = await artifacts.publish(
      { tenant: 'default', sessionId: runId, type: 'state', mime: 'application/json', agentId: node, tags: ['output'] },
      Buffer.from(JSON.stringify(output)),
    );
    await completeNode(pool, { tenant: 'default', runId, node, artifacts: [], outputRef: ref, model: 'scripted-echo' });
  }
  await recordProgress(pool, { tenant: 'default', runId, seq: 9, delta: { status: 'completed' } });
});
afterAll(() => under.close());

const resultOf = async (query = ''): Promise<RunResult> =>
  (await under.api.get(`/runs/${runId}/result${query}`).expect(200)).body;

it('one answer carries so much and no more; what it leaves out is named, and can be asked for', async () => {
  const { outputs } = await resultOf();
  expect(Object.keys(outputs)).toHaveLength(AGENTS);
  const shown = Object.values(outputs).filter(({ output }) => output !== null).length;
  expect(shown).toBeGreaterThanOrEqual(16); // 16 MiB are 17 of them, and 8 are read at once
  expect(shown).toBeLessThan(26);
  const last = outputs[`a${AGENTS - 1}`]!;
  expect(last).toMatchObject({ status: 'completed', output: null, problem: expect.stringContaining('?node=a39') });
  expect((await resultOf('?node=a39')).outputs['a39']!.output).toMatchObject({ content: 'x'.repeat(CHARS) });
});
