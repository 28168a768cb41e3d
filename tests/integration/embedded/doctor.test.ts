import { examineInstallation, type Finding } from '../../../src/adapters/embedded';
import { identifyProcess } from '../../../src/adapters/embedded/process-identity';
import { waitFor } from '../../../src/adapters/embedded/wait-for';
import { SEARCH_ATTRIBUTES } from '../../../src/contracts/search-attributes';
import { useStackFolder } from '../../support/stack-folder';

const folder = useStackFolder();
const examine = (more = {}) => examineInstallation({ dir: folder.dir, searchAttributes: SEARCH_ATTRIBUTES, ...more });
const named = (findings: Finding[], name: string) => findings.find((finding) => finding.name === name)!;

it('names each service of a running stack with origin, version and health', async () => {
  const { services } = await folder.host().ready();
  const findings = await examine();
  expect(findings.map(({ name }) => name)).toEqual([
    'Node',
    'open files',
    'disk',
    'memory',
    'Temporal',
    'PostgreSQL',
    'Redis',
  ]);
  for (const [name, service] of [
    ['Temporal', services.temporal!],
    ['PostgreSQL', services.postgres!],
    ['Redis', services.redis!],
  ] as const) {
    expect(named(findings, name)).toMatchObject({ healthy: true, origin: service.origin, version: service.version });
  }
  expect(named(findings, 'Temporal').detail).toContain('kept for 30 days');
  expect(JSON.stringify(findings)).not.toContain(new URL(services.redis!.url).password);
});

it('says what is wrong and how to mend it', async () => {
  const { services } = await folder.host().ready();
  process.kill(services.redis!.pid!, 'SIGSTOP'); // alive, so that nobody restarts it, but mute
  const stopped = named(await examine(), 'Redis');
  process.kill(services.redis!.pid!, 'SIGCONT');
  expect(stopped).toMatchObject({
    healthy: false,
    detail: expect.stringContaining('does not answer'),
    mend: expect.stringContaining('redis.log'),
  });
  const wanting = await examine({ searchAttributes: { ...SEARCH_ATTRIBUTES, NotThere: 'Keyword' } });
  expect(named(wanting, 'Temporal')).toMatchObject({
    healthy: false,
    detail: 'search attributes are missing: NotThere',
  });
});

it('names a Temporal that takes no standalone activities, and the setting that it needs', async () => {
  await folder.host({ 'activity.enableStandalone': false }).ready();
  expect(named(await examine(), 'Temporal')).toMatchObject({
    healthy: false,
    detail: expect.stringContaining('takes no standalone activities'),
    mend: expect.stringContaining('activity.enableStandalone: true'),
  });
});

it('tells what a killed supervisor left behind', async () => {
  const host = folder.host();
  await host.ready();
  host.process.kill('SIGKILL');
  await waitFor(() => identifyProcess(host.process.pid!) === undefined, 5_000);
  expect(named(await examine(), 'stack')).toMatchObject({
    healthy: false,
    detail: expect.stringMatching(/left behind: .*(temporal|redis|postgres)/),
    mend: expect.stringContaining('longhaul up'),
  });
  await folder.host().ready(); // takes them over, so that nothing outlives the test
});

it('looks down the ladders where nothing runs, and names a server that does not serve', async () => {
  const findings = await examine({ external: { redisUrl: 'redis://:secret@127.0.0.1:1' } });
  expect(named(findings, 'stack')).toMatchObject({ healthy: true, detail: expect.stringContaining('not running') });
  expect(named(findings, 'PostgreSQL')).toMatchObject({ healthy: true, version: expect.stringMatching(/^\d+/) });
  expect(named(findings, 'Redis')).toMatchObject({
    healthy: false,
    origin: 'REDIS_URL',
    mend: expect.stringContaining('set REDIS_URL'),
  });
  expect(JSON.stringify(findings)).not.toContain('secret');
});
