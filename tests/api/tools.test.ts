import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { GraphValidation, ToolList } from '../../src/contracts/api.schema';
import { BUILT_IN_TOOLS } from '../../src/domain/tools/built-in';
import { startApi, type ApiUnderTest } from '../support/api';

let folder: string;
let served: ApiUnderTest;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'longhaul-tools-'));
  await writeFile(
    join(folder, 'stock.yaml'),
    'name: stock\ndescription: Reads the stock.\nurl: https://example.org/stock\n',
  );
  served = await startApi({ LONGHAUL_TOOLS_FOLDER: folder });
});
afterAll(async () => {
  await served.close();
  await rm(folder, { recursive: true });
});

test('lists the built-in tools, then the plug-ins', async () => {
  const { body } = await served.api.get('/tools').expect(200);
  const { items } = body as ToolList;
  expect(items.map(({ name, origin }) => [name, origin])).toEqual([
    ...BUILT_IN_TOOLS.map(({ name }) => [name, 'built-in']),
    ['stock', 'plug-in'],
  ]);
  expect(items[0]).toMatchObject({
    name: 'calculator',
    pure: true,
    sideEffects: false,
    parameters: { type: 'object' },
  });
});

test('a graph may name them, and nothing else', async () => {
  const agent = (tools: string[]) => ({
    name: 'a',
    llmConfig: { model: 'scripted-echo' },
    promptTemplate: 'Do it.',
    tools,
  });
  const validate = async (tools: string[]) =>
    (
      await served.api
        .post('/graphs/validate')
        .send({ name: 'g', agents: [agent(tools)] })
        .expect(200)
    ).body as GraphValidation;
  expect((await validate(['stock', 'calculator'])).problems).toEqual([]);
  expect((await validate(['stok'])).problems).toMatchObject([
    { path: 'agents[0].tools[0]', message: expect.stringContaining('Did you mean "stock"?') as string },
  ]);
});
