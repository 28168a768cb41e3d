import { join } from 'node:path';
import { LonghaulError } from '../../domain/kernel/errors';
import { allOrFirstFailure } from './all-or-first-failure';
import { freePort } from './free-port';
import { readyLine, standbyLine, type ProgramSpec } from './program';
import type { ProcessSupervisor } from './process-supervisor';
import { projectRoot } from './project-root';
import { runProgram } from './run-program';
import { logFileOf } from './services';
import { WORKER_ROLES, type StackOptions } from './stack-options';
import { stackFolder, type StackState } from './state-file';
import { serviceEnvironment } from './service-environment';
import type { StandbySpec } from './warm-standby';

const MIGRATE_TIMEOUT_MS = 120_000;
const READY_TIMEOUT_MS = 60_000;
/** A standby that is promoted has booted already; one that takes longer than a boot is given up for a new process. */
const PROMOTE_TIMEOUT_MS = 5_000;
/** Longer than a worker's own drain, so that paid calls in flight are not cut off. */
const STOP_TIMEOUT_MS = 30_000;

export interface OwnProgramsContext {
  options: StackOptions;
  supervisor: ProcessSupervisor;
  /** Services are in; what starts here is added. */
  state: StackState;
  onMigrated(): void;
}

/** Brings the database up to date, then starts model server, workers and, when all can work, the API. */
export async function startOwnPrograms(context: OwnProgramsContext): Promise<void> {
  await allOrFirstFailure([migrate(context), startModelServer(context)]);
  await allOrFirstFailure(WORKER_ROLES.map((role) => startWorker(context, role)));
  await startApi(context);
}

async function migrate({ options, state, onMigrated }: OwnProgramsContext): Promise<void> {
  // The program itself, not the CLI around it: a timeout must end the one that holds the lock.
  const { ok, complaint } = await runProgram(process.execPath, [programPath('migrate/main.js')], {
    timeoutMs: MIGRATE_TIMEOUT_MS,
    env: environmentOf(options, state),
    signal: options.signal,
  });
  const logFile = logFileOf(options.dir, 'postgres');
  if (!ok)
    throw new LonghaulError('ProgramFailed', {
      program: 'longhaul migrate',
      what: 'failed',
      detail: complaint,
      logFile,
    });
  onMigrated();
}

async function startModelServer({ options, supervisor, state }: OwnProgramsContext): Promise<void> {
  const port = options.ports?.modelServer ?? (await freePort());
  const logFile = join(stackFolder(options.dir), 'model-server.jsonl');
  const args = ['--port', String(port), '--log', logFile, ...(options.modelServerArgs ?? [])];
  const { pid, info } = await supervisor.start(ownProgram(options, 'model-server', args, serviceEnvironment()));
  state.services.modelServer = { url: (info as { url: string }).url, pid, logFile };
}

async function startWorker({ options, supervisor, state }: OwnProgramsContext, role: string): Promise<void> {
  const spec = workerProgram(options, state, role);
  const { pid } = await supervisor.start(spec, options.standby ? standbyOf(options, spec) : undefined);
  state.workers.push({ role, pid });
}

function workerProgram(options: StackOptions, state: StackState, role: string): ProgramSpec {
  const spec = ownProgram(options, 'worker', ['--role', role], environmentOf(options, state));
  const name = `worker-${role}`;
  return { ...spec, name, logFile: logFileOf(options.dir, name) };
}

function standbyOf(options: StackOptions, spec: ProgramSpec): StandbySpec {
  const name = `${spec.name}-standby`;
  const logFile = logFileOf(options.dir, name);
  const args = [...spec.args, '--standby'];
  return {
    ...spec,
    name,
    logFile,
    args,
    ready: standbyLine,
    promoteSignal: 'SIGUSR2',
    promoteTimeoutMs: PROMOTE_TIMEOUT_MS,
  };
}

async function startApi({ options, supervisor, state }: OwnProgramsContext): Promise<void> {
  const port = options.ports?.api ?? (await freePort());
  const env = { ...environmentOf(options, state), LONGHAUL_API_PORT: String(port) };
  const { pid, info } = await supervisor.start(ownProgram(options, 'api', [], env));
  state.api = { url: (info as { url: string }).url, pid };
}

/** One of our own long-running programs: serves when it has printed its READY line, drains on SIGTERM. */
function ownProgram(options: StackOptions, name: string, args: string[], env: NodeJS.ProcessEnv): ProgramSpec {
  return {
    name,
    command: process.execPath,
    args: [programPath(`${name}/main.js`), ...args],
    env,
    logFile: logFileOf(options.dir, name),
    readyTimeoutMs: READY_TIMEOUT_MS,
    ready: readyLine,
    stopSignal: 'SIGTERM',
    stopTimeoutMs: STOP_TIMEOUT_MS,
  };
}

/** A compiled program of this project, by its path below `dist`. */
function programPath(path: string): string {
  return join(projectRoot(), 'dist', path);
}

/** Where everything is, under the names that every process reads its settings from. */
function environmentOf(
  { dir, workerEnv }: StackOptions,
  { services, token, payloadDir }: StackState,
): NodeJS.ProcessEnv {
  const { temporal, postgres, redis, modelServer } = services;
  return {
    ...process.env,
    TEMPORAL_ADDRESS: temporal?.address,
    TEMPORAL_NAMESPACE: temporal?.namespace,
    ...(temporal?.uiUrl === undefined ? {} : { TEMPORAL_UI_URL: temporal.uiUrl }),
    DATABASE_URL: postgres?.url,
    REDIS_URL: redis?.url,
    ...(modelServer ? { LONGHAUL_MODEL_SERVER_URL: modelServer.url } : {}),
    LONGHAUL_PAYLOAD_DIR: payloadDir,
    LONGHAUL_API_TOKEN: token,
    LONGHAUL_WORKER_REGISTER_DIR: join(stackFolder(dir), 'activities'),
    ...workerEnv,
  };
}
