import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  partitionedCancelledSchema,
  partitionedPageSchema,
  partitionedStartedSchema,
  partitionedSteeredSchema,
  partitionedViewSchema,
} from '../../src/contracts/api.schema';
import { TOKEN } from '../support/api';
import { guideBlocks } from '../support/guide';
import { partitionedOf } from '../support/partitioned';
import { startServed, type Served } from '../support/served';
import { until } from '../support/until';
import { longhaulIn } from './longhaul';
import { makeFolder, removeFolder } from './stack-folder';

jest.setTimeout(120_000);

/** Several markets together, as a person starts, watches and steers them, against a real API with real workers. */
const dir = makeFolder();
let served: Served;
let wholes: ReturnType<typeof partitionedOf>;
let cli: ReturnType<typeof longhaulIn>;
beforeAll(async () => {
  served = await startServed(['simulations', 'io']);
  wholes = partitionedOf(served);
  cli = longhaulIn(dir, { LONGHAUL_API_URL: served.under.url, LONGHAUL_API_TOKEN: TOKEN });
});
afterAll(async () => {
  await served.close();
  removeFolder(dir);
});

const AGENTS = [{ id: 'seller', kind: 'script', bot: 'baseline-v1' }];
const COORDINATION = { ackTimeoutSeconds: 120, missedHeartbeatsMax: 50 };
const MARKETS = { agents: AGENTS, coordination: COORDINATION, partitions: [{ name: 'north' }, { name: 'south' }] };

function file(name: string, content: object): string {
  writeFileSync(join(dir, name), JSON.stringify(content));
  return name;
}

test('the file of the guide is refused for what nobody offers, and played to its end without that', async () => {
  const text = guideBlocks('partitioned-simulations.md').find(({ language }) => language === 'yaml')!.text;
  writeFileSync(join(dir, 'markets.yaml'), text);
  expect(await cli.run('partitions', 'start', 'markets.yaml')).toMatchObject({
    code: 1,
    stderr: expect.stringMatching(/partitions\[2\]\.requires: No registered worker offers region eu/) as string,
  });
  writeFileSync(
    join(dir, 'near.yaml'),
    text.replace(', requires: { region: eu }', '').replace('ticks: 90', 'ticks: 6'),
  );
  const played = await cli.run('partitions', 'start', 'near.yaml');
  expect(played).toMatchObject({ code: 0 });
  expect(played.stdout).toMatch(/^Partitioned simulation \S+ of 3 partitions$/m);
  expect(played.stdout).toMatch(/^completed: tick 6 of 6, \$0\.0000$/m);
  for (const name of ['north', 'east', 'south']) expect(played.stdout).toMatch(new RegExp(`${name}.*completed.*6`));
});

test('programs get one document; who asks for what is not there is told so', async () => {
  const short = file('short.json', { ...MARKETS, name: 'short', ticks: 3 });
  const view = partitionedViewSchema.parse(await cli.json('partitions', 'start', short));
  expect(view).toMatchObject({ name: 'short', status: 'completed', tick: 3, partitions: [{ tick: 3 }, { tick: 3 }] });
  expect(partitionedViewSchema.parse(await cli.json('partitions', 'show', view.runId))).toEqual(view);
  expect(partitionedViewSchema.parse(await cli.json('partitions', 'watch', view.runId))).toEqual(view);
  const page = partitionedPageSchema.parse(await cli.json('partitions', 'list', '--limit', '1'));
  expect(page.items).toMatchObject([{ runId: view.runId, partitions: ['north', 'south'] }]);
  expect((await cli.run('partitions', 'list', '--status', 'completed')).stdout).toMatch(
    /short.*completed.*3.*north, south/,
  );
  const [member] = view.partitions;
  for (const id of ['019f0000-0000-7000-8000-000000000000', member!.runId]) {
    const missing = await cli.run('partitions', 'show', id, '--json');
    expect(missing.code).toBe(1);
    expect(JSON.parse(missing.stdout || missing.stderr)).toMatchObject({ error: { code: 'NotFound' } });
  }
  expect(await cli.run('partitions', 'cancel', view.runId)).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('cancel needs') as string,
  });
  expect(await cli.run('partitions', 'start', 'nowhere.yaml')).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('nowhere.yaml') as string,
  });
  const wrong = await cli.run('partitions', 'start', file('wrong.json', { partitions: [{ name: '1' }], tick: 3 }));
  expect(wrong.code).toBe(1);
  expect(wrong.stderr).toMatch(/partitions\[0\]\.name/);
});

test('a whole is paused, resumed, watched, and cancelled: not completed is exit code 1', async () => {
  const long = file('long.json', { ...MARKETS, name: 'long', ticks: 100_000 });
  const { runId } = partitionedStartedSchema.parse(await cli.json('partitions', 'start', long, '--no-wait'));
  await wholes.when(runId, ({ tick }) => tick >= 1);
  partitionedSteeredSchema.parse(await cli.json('partitions', 'pause', runId));
  await wholes.when(runId, ({ pausedAt }) => pausedAt !== null);
  expect((await cli.run('partitions', 'show', runId)).stdout).toMatch(/^paused: tick \d+ of 100000/m);
  expect((await cli.run('partitions', 'resume', runId)).stdout).toContain(`Partitioned simulation ${runId}: resume`);
  const watching = cli.start('partitions', 'watch', runId);
  await until(watching.stdout, (text) => text.includes('running: tick'));
  partitionedCancelledSchema.parse(await cli.json('partitions', 'cancel', runId));
  const { code, stdout } = await watching.ended;
  expect(code).toBe(1);
  expect(stdout).toMatch(/^cancelled: tick \d+ of 100000/m);
  expect(stdout).toMatch(/north.*cancelled/);
});

test('Ctrl-C ends the watching, not the run, and says how to come back; stop ends it', async () => {
  const watching = cli.start('partitions', 'start', file('long.json', { ...MARKETS, name: 'left', ticks: 100_000 }));
  const [, runId] = (await until(() => /^Partitioned simulation (\S+)/m.exec(watching.stdout()), Boolean))!;
  await wholes.when(runId!, ({ tick }) => tick >= 1);
  expect(await watching.end('SIGINT')).toMatchObject({
    code: 130,
    stderr: expect.stringContaining(`longhaul partitions watch ${runId}`) as string,
  });
  expect((await wholes.view(runId!)).status).toBe('running');
  expect((await cli.run('partitions', 'stop', runId!)).code).toBe(0);
  expect((await wholes.ended(runId!)).status).toBe('partially_completed');
});
