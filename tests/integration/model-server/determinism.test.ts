import { startModelServer, type ModelServer } from '../../support/model-server';
import { clientOf, user } from './clients';

let first: ModelServer;
let twin: ModelServer;
let other: ModelServer;
beforeAll(async () => {
  [first, twin, other] = await Promise.all([
    startModelServer({ seed: 7 }),
    startModelServer({ seed: 7 }),
    startModelServer({ seed: 8 }),
  ]);
});
afterAll(() => Promise.all([first, twin, other].map((server) => server.stop())));

const MODELS = ['scripted-erp', 'scripted-echo'];

async function answer(server: ModelServer, model: string, more: object = {}): Promise<string> {
  const messages = [user('Agent: stock_analyzer\nStock: [{"sku":"A-1","onHand":3,"dailyDemand":2}]. Answer as JSON.')];
  const { choices } = await clientOf(server).chat.completions.create({ model, messages, ...more });
  return choices[0]!.message.content!;
}

test.each(MODELS)('%s: the same request has the same answer, in this process and in another', async (model) => {
  const once = await answer(first, model);
  expect(await answer(first, model)).toBe(once);
  expect(await answer(twin, model)).toBe(once);
});

test.each(MODELS)(
  '%s: another seed of the request or of the server, another temperature: another answer',
  async (model) => {
    const answers = [
      answer(first, model),
      answer(first, model, { seed: 1 }),
      answer(first, model, { seed: 2 }),
      answer(first, model, { temperature: 0.5 }),
      answer(other, model),
    ];
    expect(new Set(await Promise.all(answers)).size).toBe(answers.length);
  },
);

test.each(MODELS)('%s: who asks, and whether it streams, changes nothing', async (model) => {
  const plain = await answer(first, model);
  expect(await answer(first, model, { metadata: { attempt_key: 'r/n/0#2' }, user: 'someone' })).toBe(plain);
  expect(await answer(first, model, { max_tokens: 5 })).toBe(
    plain.slice(0, (await answer(first, model, { max_tokens: 5 })).length),
  );
});

test('the hash in the book is that of the question: the same for each try, another for another seed', async () => {
  const hashes = async () => (await twin.readAccepted()).map((line) => line.requestSha256);
  const before = (await hashes()).length;
  await answer(twin, 'scripted-echo', { metadata: { attempt_key: 'r/n/0#1' } });
  await answer(twin, 'scripted-echo', { metadata: { attempt_key: 'r/n/0#2' } });
  await answer(twin, 'scripted-echo', { seed: 3 });
  const [one, two, three] = (await hashes()).slice(before);
  expect(two).toBe(one);
  expect(three).not.toBe(one);
});

test('latency is a function of the request as well: 10 % of the calls are slow, and the same ones each time', async () => {
  const drawn = async (server: ModelServer) => {
    await server.setLatency('slow10:0,1');
    const before = (await server.readAccepted()).length;
    for (let index = 0; index < 100; index++)
      await clientOf(server).chat.completions.create({ model: 'scripted-echo', messages: [user(`call ${index}`)] });
    return (await server.readAccepted()).slice(before).map((line) => line.latencyMs);
  };
  const [here, there] = await Promise.all([drawn(first), drawn(twin)]);
  expect(here).toEqual(there);
  const slow = here.filter((ms) => ms === 1).length;
  expect(slow).toBeGreaterThanOrEqual(3);
  expect(slow).toBeLessThanOrEqual(20);
});
