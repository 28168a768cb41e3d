import { createProviders } from '../../../src/adapters/llm';
import { deleteCassette, listCassettes, listRecordings, recordAnswers } from '../../../src/adapters/postgres/cassettes';
import { getRunEvents } from '../../../src/adapters/postgres/run-events';
import { getRunNodes } from '../../../src/adapters/postgres/run-nodes';
import type { CassetteUse } from '../../../src/domain/llm/cassette';
import type { ChatAnswer } from '../../../src/domain/llm/chat';
import type { GatewayCall } from '../../../src/gateway';
import { artifact, run as runOf, sums, TENANT, violations } from '../../support/ledger';
import { attemptsOf, context, failureOf, startStack, testRun, type Stack } from './support';

let stack: Stack;
beforeAll(async () => void (stack = await startStack()));
afterAll(() => stack.stop());
beforeEach(() => stack.server.setFaults());

const accepted = async () => (await stack.server.readAccepted()).length;
const use = (name: string, mode: CassetteUse['mode']): { cassette: CassetteUse } => ({ cassette: { name, mode } });
const recordingsOf = (name: string, tenant = TENANT) => listRecordings(stack.pool, { tenant, name, limit: 100 });

/** Remembers what the caller was given to store. */
function heard(call: GatewayCall): { call: GatewayCall; answers: ChatAnswer[] } {
  const answers: ChatAnswer[] = [];
  const buildArtifacts: GatewayCall['buildArtifacts'] = (answer, facts) => {
    answers.push(answer);
    return call.buildArtifacts(answer, facts);
  };
  return { call: { ...call, buildArtifacts }, answers };
}

const ask = async (call: GatewayCall) => {
  const { call: listened, answers } = heard(call);
  return { result: await stack.gateway().call(listened, context()), answer: answers.at(-1) };
};

test('recorded once, replayed strictly: the same answer under the caller’s own key, no cost, the provider not asked', async () => {
  const recorded = await ask((await testRun(stack.pool)).call(0, use('tape', 'record')));
  expect(recorded.result.source).toBe('paid');
  const before = await accepted();

  const run = await testRun(stack.pool, 0); // no money at all
  const replayed = await ask(run.call(0, use('tape', 'replay')));
  expect(replayed.answer).toEqual(recorded.answer);
  expect(replayed.result).toMatchObject({ source: 'cassette', costMicroUsd: 0, usage: { outputTokens: 20 } });
  const paidBeforeMicroUsd = recorded.result.costMicroUsd;
  expect([paidBeforeMicroUsd > 0, replayed.result.paidBeforeMicroUsd]).toEqual([true, paidBeforeMicroUsd]);
  expect(replayed.result.resultRef).not.toBe(recorded.result.resultRef);
  expect(await accepted()).toBe(before);

  expect(await attemptsOf(stack.pool, run.call(0).callKey)).toEqual([]);
  expect(await sums(stack.pool, `run:${run.runId}`)).toMatchObject({ settled: 0, reserved: 0, unknown: 0 });
  expect(await getRunNodes(stack.pool, TENANT, run.runId)).toMatchObject([
    { cassetteHits: 1, cassetteMisses: 0, costMicroUsd: 0 },
  ]);
  const events = await getRunEvents(stack.pool, { tenant: TENANT, runId: run.runId, limit: 10 });
  expect(events.map(({ type }) => type)).toContain('call-replayed');
  expect(await recordingsOf('tape')).toMatchObject([{ hits: 1, costMicroUsd: recorded.result.costMicroUsd }]);

  const again = await ask(run.call(0, use('tape', 'replay')));
  expect(again.result).toMatchObject({
    ...{ source: 'stored', resultRef: replayed.result.resultRef, paidBeforeMicroUsd },
  });
  expect(await recordingsOf('tape')).toMatchObject([{ hits: 1 }]);
  expect(await violations(stack.pool)).toEqual([]);
});

test.each(['scripted-echo', 'anthropic:scripted-echo'])(
  'a process without a model server plays what %s said',
  async (model) => {
    const { call } = await testRun(stack.pool);
    const request = { ...call(0).request, model };
    const paid = await stack.gateway().call(call(0, { request, ...use('elsewhere', 'record') }), context());
    const before = await accepted();
    const again = call(1, { request, ...use('elsewhere', 'replay') });
    expect(await stack.player().find(again)).toMatchObject({ metered: { costMicroUsd: paid.costMicroUsd } });
    const played = await stack.player().call(again, context());
    expect(played).toMatchObject({ source: 'cassette', costMicroUsd: 0, model: paid.model });
    expect(await stack.player().call(again, context())).toMatchObject({ source: 'stored' });
    expect(await accepted()).toBe(before);
  },
);

test('what a fallback answered for a model without a key is its answer in a replay, too', async () => {
  const { runId, call } = await testRun(stack.pool);
  const asked = { request: { ...call(0).request, model: 'claude-sonnet-5' }, fallbackModels: ['scripted-echo'] };
  const here = { openaiBaseUrl: 'http://127.0.0.1:9/v1', anthropicBaseUrl: 'http://127.0.0.1:9' };
  const gateway = stack.gateway({ providers: createProviders({ ...here, modelServerUrl: stack.server.url }) });
  const paid = await gateway.call(call(0, { ...asked, ...use('stood-in', 'record') }), context());
  const before = await accepted();
  const players = [gateway, stack.player()];
  for (const [index, player] of players.entries()) {
    const played = await player.call(call(index + 1, { ...asked, ...use('stood-in', 'replay') }), context());
    const { model, fallbackFrom } = paid;
    expect(played).toMatchObject({ source: 'cassette', costMicroUsd: 0, model, fallbackFrom });
    expect(fallbackFrom).toMatchObject({ model: 'claude-sonnet-5' });
  }
  expect(await accepted()).toBe(before);
  expect(await getRunNodes(stack.pool, TENANT, runId)).toMatchObject([{ cassetteHits: 2, cassetteMisses: 0 }]);
  await deleteCassette(stack.pool, TENANT, 'stood-in'); // its reason names the setting of a key, which another test looks for
});

test('a miss in mode replay is an error that names the request and says how to record it', async () => {
  const before = await accepted();
  const call = (await testRun(stack.pool)).call(0, { ...use('empty', 'replay'), prompt: 'never recorded' });
  const error = await failureOf(stack.gateway().call(call, context()), 'CassetteMiss');
  expect(error.retryable).toBe(false);
  expect(error.message).toMatch(/cassette "empty" has no answer to request [0-9a-f]{64}.*hybrid/);
  expect([await accepted(), await attemptsOf(stack.pool, call.callKey)]).toEqual([before, []]);
  expect(await getRunNodes(stack.pool, TENANT, call.runId!)).toMatchObject([{ cassetteHits: 0, cassetteMisses: 1 }]);
});

test('hybrid: a miss is paid and recorded, and is a hit from then on', async () => {
  const first = await testRun(stack.pool);
  const prompt = 'hybrid question [[tokens: 7]]';
  const paid = await ask(first.call(0, { ...use('both', 'hybrid'), prompt }));
  const before = await accepted();
  const second = await testRun(stack.pool);
  const played = await ask(second.call(0, { ...use('both', 'hybrid'), prompt }));
  expect([paid.result.source, played.result.source]).toEqual(['paid', 'cassette']);
  expect(played.answer).toEqual(paid.answer);
  expect(await accepted()).toBe(before);
  expect(await getRunNodes(stack.pool, TENANT, first.runId)).toMatchObject([{ cassetteHits: 0, cassetteMisses: 1 }]);
  expect(await getRunNodes(stack.pool, TENANT, second.runId)).toMatchObject([{ cassetteHits: 1, cassetteMisses: 0 }]);
});

test('another parameter is another request; a failed call records nothing', async () => {
  const { call } = await testRun(stack.pool);
  await ask(call(0, use('strict', 'record')));
  const warmer = call(1, use('strict', 'replay'));
  const other = { ...warmer, request: { ...call(0).request, temperature: 0.9 } };
  await failureOf(stack.gateway().call(other, context()), 'CassetteMiss');
  await stack.server.setFaults('400:times=1');
  const failing = call(2, { ...use('strict', 'record'), prompt: 'fails' });
  await failureOf(stack.gateway().call(failing, context()), 'ModelRefused');
  expect(await recordingsOf('strict')).toHaveLength(1);
});

test('ten recorders of one request at once: each is answered, one recording is left, and it is sound', async () => {
  const { call } = await testRun(stack.pool);
  const gateway = stack.gateway();
  const prompt = 'the same for all';
  for (const mode of ['record', 'hybrid'] as const) {
    const calls = Array.from({ length: 10 }, (_, index) =>
      gateway.call(call(mode === 'record' ? index : index + 10, { ...use(mode, mode), prompt }), context()),
    );
    for (const result of await Promise.all(calls)) expect(result.resultRef).toBeTruthy();
    expect(await recordingsOf(mode)).toHaveLength(1);
    expect((await ask(call(mode === 'record' ? 30 : 31, { ...use(mode, 'replay'), prompt }))).result.source).toBe(
      'cassette',
    );
  }
  expect(await violations(stack.pool)).toEqual([]);
});

test('recording anew takes the place of the older answer', async () => {
  const { call } = await testRun(stack.pool);
  await ask(call(0, use('anew', 'record')));
  const [before] = await recordingsOf('anew');
  await ask(call(1, { ...use('anew', 'record'), prompt: 'question 0 [[tokens: 20]]' }));
  const [after, ...more] = await recordingsOf('anew');
  expect(more).toEqual([]);
  expect(after!.recordedAt.getTime()).toBeGreaterThan(before!.recordedAt.getTime());
});

test.each([
  ['the answer', `answer = replace(answer, 'content', 'kontent')`],
  ['the digest', `answer_sha256 = repeat('0', 64)`],
  ['the request', `request_hash = $1`],
])('a recording of which somebody changed %s is refused, in every mode', async (_, change) => {
  const { call } = await testRun(stack.pool);
  const name = 'tampered';
  await ask(call(0, use(name, 'record')));
  const other = { ...call(1, { prompt: 'another question' }) };
  const wanted = change.includes('$1') ? other : call(1, { prompt: 'question 0 [[tokens: 20]]' });
  const { CassetteMiss } = await hashesOf(wanted);
  const values = change.includes('$1') ? [CassetteMiss] : [];
  await stack.pool.query(`UPDATE cassette SET ${change} WHERE name = 'tampered'`, values);
  for (const mode of ['replay', 'hybrid'] as const)
    await failureOf(stack.gateway().call({ ...wanted, ...use(name, mode) }, context()), 'RecordingDamaged');
  expect(await attemptsOf(stack.pool, wanted.callKey)).toEqual([]);
  await deleteCassette(stack.pool, TENANT, name);
});

/** The hash of a request, as the miss names it. */
async function hashesOf(call: GatewayCall) {
  const error = await failureOf(
    stack.gateway().call({ ...call, ...use('nothing', 'replay') }, context()),
    'CassetteMiss',
  );
  return { CassetteMiss: String(error.params['requestHash']) };
}

test('recordings belong to a tenant; copied to another one they answer there, and nowhere else', async () => {
  const { call } = await testRun(stack.pool);
  const original = await ask(call(0, use('private', 'record')));
  const [recording] = await recordingsOf('private');
  expect(await listCassettes(stack.pool, 'other')).toEqual([]);
  const { requestHash, answer, sha256, model, inputTokens, outputTokens, costMicroUsd } = recording!;
  const copy = { requestHash, answer, sha256, model, inputTokens, outputTokens, costMicroUsd };
  await recordAnswers(stack.pool, [{ ...copy, tenant: 'other', name: 'copy', replace: true }]);
  await failureOf(stack.gateway().call(call(1, use('copy', 'replay')), context()), 'CassetteMiss');
  const { runId } = await runOf(stack.pool, { tenant: 'other' });
  const foreign = await ask(
    call(0, {
      ...{ ...use('copy', 'replay'), tenant: 'other', runId, callKey: `${runId}/a/0` },
      buildArtifacts: async () => {
        const header = artifact(runId, { tenant: 'other' });
        return { artifacts: [header], resultRef: header.ref };
      },
    }),
  );
  expect(foreign.result.source).toBe('cassette');
  expect(foreign.answer).toEqual(original.answer);
});

test('while an attempt of the call is under way its result is waited for, not doubled', async () => {
  const { call } = await testRun(stack.pool);
  await ask(call(0, use('late', 'record')));
  await stack.server.hold();
  const same = { prompt: 'question 0 [[tokens: 20]]' };
  const paying = stack.gateway({ owner: 'payer' }).call(call(1, same), context());
  await stack.server.until(({ held }) => held === 1);
  await failureOf(
    stack.gateway({ owner: 'player' }).call(call(1, { ...same, ...use('late', 'replay') }), context()),
    'CallLeased',
  );
  await stack.server.release();
  const paid = await paying;
  const { result } = await ask(call(1, { ...same, ...use('late', 'replay') }));
  expect(result).toMatchObject({ source: 'stored', resultRef: paid.resultRef });
});

test('no key, header or credential is in what is recorded', async () => {
  const { call } = await testRun(stack.pool);
  await ask(call(0, use('clean', 'record')));
  const { rows } = await stack.pool.query<{ all: string }>('SELECT cassette::text AS all FROM cassette');
  const stored = rows.map(({ all }) => all).join('\n');
  expect(stored).toContain('content');
  expect(stored).not.toMatch(/canary-key|none-needed|authorization|bearer|api[-_]?key/i);
});
