import { LLMBatcher, type LLMBatcherOptions, type PromptMessage } from '../../../src/gateway/llm-batcher';

interface Sent {
  content: unknown;
  parameters: Record<string, unknown>;
  answer(response: string): void;
  fail(error: Error): void;
}

/** A client that answers when the test says so. */
function batcher(options: LLMBatcherOptions = {}) {
  const sent: Sent[] = [];
  const answers: unknown[] = [];
  const client = {
    complete: ([message]: readonly PromptMessage[], parameters: Record<string, unknown>) =>
      new Promise<string>((resolve, reject) => {
        sent.push({ content: message!['content'], parameters, answer: resolve, fail: reject });
      }),
  };
  const llm = new LLMBatcher(client, options);
  const add = (content: string, parameters?: Record<string, unknown>) =>
    llm.addRequest(
      [{ role: 'user', content }],
      (response, error) => answers.push(response ?? String(error)),
      parameters,
    );
  return { llm, add, sent, answers };
}

beforeEach(() => jest.useFakeTimers());
afterEach(() => jest.useRealTimers());
const pass = (ms: number) => jest.advanceTimersByTimeAsync(ms);

test('a full batch is sent at once, a partly filled one after the interval', async () => {
  const { llm, add, sent, answers } = batcher();
  for (let i = 0; i < 21; i += 1) add(`prompt ${i}`);
  await pass(1);
  expect(sent).toHaveLength(20);
  await pass(48);
  expect(sent).toHaveLength(20);
  await pass(3);
  expect(sent).toHaveLength(21);
  sent.forEach(({ content, answer }) => answer(`to ${String(content)}`));
  await pass(1);
  expect(answers).toEqual(Array.from({ length: 21 }, (_, i) => `to prompt ${i}`));
  expect(llm.getStatistics()).toMatchObject({
    totalRequests: 21,
    totalBatches: 2,
    averageBatchSize: 10.5,
    largestBatch: 20,
    reasons: { size: 1, interval: 1 },
    savedCalls: 0,
    waiting: 0,
    batchesUnderWay: 0,
  });
});

const cycle: Record<string, unknown> = {};
cycle['self'] = cycle;

test.each<[string, Record<string, unknown>]>([
  ['NaN', { temperature: Number.NaN }],
  ['a bigint', { seed: 1n }],
  ['a function', { stop: () => true }],
  ['a cycle', cycle],
])('parameters with %s are an error of their own callback; the others of the batch are answered', async (_, wrong) => {
  const { llm, add, sent, answers } = batcher({ batchSize: 2 });
  add('wrong', wrong);
  expect(answers).toEqual([]);
  add('right');
  add('right, too');
  await pass(1);
  expect(answers).toEqual([expect.stringMatching(/Error/)]);
  expect(sent.map(({ content }) => content)).toEqual(['right', 'right, too']);
  sent.forEach(({ answer }) => answer('answered'));
  await llm.stop();
  expect(answers.slice(1)).toEqual(['answered', 'answered']);
});

test('equal requests are one call and answer every callback; other parameters are another call', async () => {
  const { llm, add, sent, answers } = batcher();
  for (let i = 0; i < 3; i += 1) add('same');
  add('same', { temperature: 1 });
  llm.processBatch();
  await pass(1);
  expect(sent.map(({ parameters }) => parameters)).toEqual([{}, { temperature: 1 }]);
  sent[0]!.fail(new Error('refused'));
  sent[1]!.answer('warm');
  await pass(1);
  expect(answers.sort()).toEqual(['Error: refused', 'Error: refused', 'Error: refused', 'warm']);
  expect(llm.getStatistics()).toMatchObject({ savedCalls: 2, reasons: { asked: 1 } });
});

test('no more batches are under way than allowed; what comes meanwhile fills the next one', async () => {
  const { add, sent } = batcher({ batchSize: 2, maxConcurrentBatches: 1 });
  for (let i = 0; i < 5; i += 1) add(`prompt ${i}`);
  await pass(500);
  expect(sent).toHaveLength(2);
  sent[0]!.answer('');
  await pass(1);
  expect(sent).toHaveLength(2);
  sent[1]!.answer('');
  await pass(1);
  expect(sent).toHaveLength(4);
});

test('stop sends what waits, and ends when everybody is answered', async () => {
  const { llm, add, sent, answers } = batcher({ batchSize: 2, maxConcurrentBatches: 1 });
  for (let i = 0; i < 3; i += 1) add(`prompt ${i}`);
  let done = false;
  void llm.stop().then(() => (done = true));
  await pass(1);
  sent.forEach(({ answer }) => answer('first'));
  await pass(1);
  expect(done).toBe(false);
  sent[2]!.answer('last');
  await pass(1);
  expect(done).toBe(true);
  expect(answers).toEqual(['first', 'first', 'last']);
  expect(() => add('late')).toThrow(/after stop/);
});

test('stop may reject what waits; who is under way is answered', async () => {
  const { llm, add, sent, answers } = batcher({ batchSize: 1, maxConcurrentBatches: 1 });
  add('under way');
  add('waiting');
  await pass(1);
  const end = llm.stop({ waiting: 'reject' });
  expect(answers).toEqual([expect.stringMatching(/stopped before/)]);
  sent[0]!.answer('yes');
  await end;
  expect(answers).toHaveLength(2);
  expect(sent).toHaveLength(1);
});

test('a callback that throws does not keep the others from their answers', async () => {
  const warnings = jest.spyOn(process, 'emitWarning').mockImplementation(() => undefined);
  const { llm, add, sent, answers } = batcher();
  llm.addRequest([{ content: 'same' }], () => {
    throw new Error('a defect');
  });
  llm.addRequest([{ content: 'same' }], (response) => answers.push(response));
  add('other');
  await pass(60);
  sent.forEach(({ answer }) => answer('yes'));
  await llm.stop();
  expect(answers).toEqual(['yes', 'yes']);
  expect(warnings.mock.calls[0]![0]).toMatch(/a defect/);
  warnings.mockRestore();
});
