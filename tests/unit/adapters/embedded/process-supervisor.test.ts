import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readyLine, standbyLine, type ProgramSpec } from '../../../../src/adapters/embedded/program';
import { identifyProcess } from '../../../../src/adapters/embedded/process-identity';
import { ProcessSupervisor } from '../../../../src/adapters/embedded/process-supervisor';
import type { ProgramEvent } from '../../../../src/adapters/embedded/program-event';
import type { StandbySpec } from '../../../../src/adapters/embedded/warm-standby';
import { waitFor } from '../../../../src/adapters/embedded/wait-for';

const SERVES = `console.log('READY ' + JSON.stringify({ life: process.pid })); setInterval(() => {}, 1000);`;

let folder: string;
let events: ProgramEvent[];
let supervisor: ProcessSupervisor;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'longhaul-supervisor-'));
  events = [];
  supervisor = new ProcessSupervisor((event) => events.push(event));
});
afterEach(async () => {
  await supervisor.stop([]);
  rmSync(folder, { recursive: true });
});

function spec(name: string, script: string, more: Partial<ProgramSpec> = {}): ProgramSpec {
  const logFile = join(folder, `${name}.log`);
  return {
    name,
    command: process.execPath,
    args: ['-e', script],
    env: process.env,
    logFile,
    readyTimeoutMs: 10_000,
    ready: readyLine,
    stopSignal: 'SIGTERM',
    stopTimeoutMs: 5_000,
    ...more,
  };
}

const seen = (type: ProgramEvent['type'], count = 1) =>
  waitFor(() => events.filter((event) => event.type === type).length >= count, 10_000);
const isGone = (pid: number) => waitFor(() => identifyProcess(pid) === undefined, 5_000);

it('waits for the READY line and keeps the output in the log', async () => {
  const { info, pid } = await supervisor.start(spec('one', `console.log('hello'); console.error('noise'); ${SERVES}`));
  expect(info).toEqual({ life: pid });
  expect(readFileSync(join(folder, 'one.log'), 'utf8')).toMatch(/hello[^]*READY/);
});

it('restarts a killed program at once and says so', async () => {
  const first = await supervisor.start(spec('one', SERVES));
  supervisor.kill('one');
  expect(await seen('ready', 2)).toBe(true);
  expect(events.map(({ type }) => type)).toEqual(['spawned', 'ready', 'died', 'spawned', 'ready']);
  expect(events[2]).toMatchObject({ pid: first.pid, signal: 'SIGKILL' });
  expect(events[4]).toMatchObject({ restarted: true, pid: supervisor.pidOf('one') });
  expect(supervisor.pidOf('one')).not.toBe(first.pid);
});

it('tries again, ever more slowly, when a restart fails', async () => {
  const marker = JSON.stringify(join(folder, 'first-life'));
  const script = `const fs = require('fs'); if (fs.existsSync(${marker})) { console.error('no second life'); process.exit(7); } fs.writeFileSync(${marker}, ''); ${SERVES}`;
  await supervisor.start(spec('one', script));
  supervisor.kill('one');
  expect(await seen('start-failed', 3)).toBe(true);
  const failures = events.filter((event) => event.type === 'start-failed');
  expect(failures.map(({ nextTryMs }) => nextTryMs).slice(0, 3)).toEqual([100, 250, 500]);
  expect(failures[0]!.message).toContain('no second life');
});

it('rejects the first start with the end of the log, and leaves nothing', async () => {
  await expect(supervisor.start(spec('bad', `console.error('disk is full'); process.exit(3)`))).rejects.toMatchObject({
    code: 'ProgramFailed',
    message: expect.stringContaining('disk is full'),
  });
  await expect(
    supervisor.start(spec('mute', 'setInterval(() => {}, 1000)', { readyTimeoutMs: 200 })),
  ).rejects.toMatchObject({ message: expect.stringContaining('did not serve within 200 ms') });
  await expect(supervisor.start(spec('none', '', { command: join(folder, 'missing') }))).rejects.toMatchObject({
    message: expect.stringContaining('ENOENT'),
  });
  const pids = events.filter((event) => event.type === 'spawned').map(({ pid }) => pid);
  expect(pids).toHaveLength(2);
  for (const pid of pids) expect(await isGone(pid)).toBe(true);
});

it('stops phase by phase, asking first', async () => {
  const tell = (name: string) =>
    `process.on('SIGTERM', () => { require('fs').appendFileSync(${JSON.stringify(join(folder, 'order'))}, '${name} '); process.exit(0); });`;
  for (const name of ['service', 'worker', 'api']) await supervisor.start(spec(name, `${tell(name)} ${SERVES}`));
  await supervisor.stop([['api'], ['worker']]);
  expect(readFileSync(join(folder, 'order'), 'utf8')).toBe('api worker service ');
  expect(events.filter(({ type }) => type === 'died')).toEqual([]);
});

it('kills the whole group of a program that does not listen, even a stopped one', async () => {
  const script = `process.on('SIGTERM', () => {}); const child = require('child_process').spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)']); console.log('READY ' + JSON.stringify({ child: child.pid })); setInterval(() => {}, 1000);`;
  const { info, pid } = await supervisor.start(spec('deaf', script, { stopTimeoutMs: 100 }));
  supervisor.kill('deaf', 'SIGSTOP');
  await supervisor.stop([]);
  expect(await isGone(pid)).toBe(true);
  expect(await isGone((info as { child: number }).child)).toBe(true);
});

it('can be stopped while a program starts', async () => {
  const starting = supervisor.start(spec('slow', 'setInterval(() => {}, 1000)')).catch((error: Error) => error);
  await seen('spawned');
  await supervisor.stop([]);
  expect(await starting).toMatchObject({ code: 'ProgramFailed' });
  await expect(supervisor.start(spec('late', SERVES))).rejects.toMatchObject({ code: 'WrongState' });
});

const WAITS = `process.once('SIGUSR2', () => console.log('READY ' + JSON.stringify({ life: process.pid }))); console.log('STANDBY {}'); setInterval(() => {}, 1000);`;

function standbyOf(name: string, script: string): StandbySpec {
  const standby = spec(`${name}-standby`, script, { ready: standbyLine });
  return { ...standby, promoteSignal: 'SIGUSR2', promoteTimeoutMs: 5_000 };
}
const waiting = (count: number) =>
  waitFor(() => {
    const ready = events.filter((event) => event.type === 'ready' && event.name.endsWith('-standby'));
    return ready.length >= count && (ready[count - 1] as { pid: number }).pid;
  }, 10_000);

it('promotes the standby of a program that died, and keeps another one waiting', async () => {
  await supervisor.start(spec('one', SERVES), standbyOf('one', WAITS));
  const first = await waiting(1);
  supervisor.kill('one');
  const second = await waiting(2);
  expect(supervisor.pidOf('one')).toBe(first);
  supervisor.kill('one');
  await waiting(3);
  expect(supervisor.pidOf('one')).toBe(second);
  const served = events.filter((event) => event.type === 'ready' && event.name === 'one');
  expect(served.map((event) => 'info' in event && event.info)).toEqual([
    expect.anything(),
    { life: first },
    { life: second },
  ]);
});

it('starts a new process when the standby dies of its promotion', async () => {
  const dies = `process.once('SIGUSR2', () => process.exit(1)); console.log('STANDBY {}'); setInterval(() => {}, 1000);`;
  await supervisor.start(spec('one', SERVES), standbyOf('one', dies));
  const spare = await waiting(1);
  supervisor.kill('one');
  await waitFor(
    () => events.some((event) => event.type === 'ready' && event.name === 'one' && event.restarted),
    10_000,
  );
  expect(supervisor.pidOf('one')).not.toBe(spare);
  expect(supervisor.pidOf('one')).toBeDefined();
});

it('replaces a standby that died waiting, and stops it with its sibling', async () => {
  await supervisor.start(spec('one', SERVES), standbyOf('one', WAITS));
  process.kill((await waiting(1)) as number, 'SIGKILL');
  const second = (await waiting(2)) as number;
  await supervisor.stop([]);
  expect(await isGone(second)).toBe(true);
});
