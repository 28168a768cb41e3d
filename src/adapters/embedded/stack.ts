import { mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { LonghaulError } from '../../domain/kernel/errors';
import { loadCredentials } from './credentials';
import { tryLock } from './file-lock';
import { stopLeftOvers } from './left-overs';
import { startOwnPrograms } from './own-programs';
import { makePrivateFolder } from './private-folder';
import { ProcessSupervisor } from './process-supervisor';
import { startServices } from './services';
import type { StackEvent } from './stack-events';
import { WORKER_ROLES, type StackOptions } from './stack-options';
import { StackRecord } from './stack-record';
import { readState, stackFolder, type StackState } from './state-file';
import type { ProgramEvent } from './program-event';

/** API first (no new work), then the workers drain, then what they need. */
const STOP_ORDER = [
  ['api'],
  WORKER_ROLES.map((role) => `worker-${role}`),
  ['model-server'],
  ['temporal'],
  ['postgres', 'redis'],
];

export interface Stack {
  /** Current: pids change when something is restarted. */
  readonly state: StackState;
  stop(): Promise<void>;
  /** Signals a program by name (`temporal`, `postgres`, `redis`, `model-server`, `worker-llm`, …, `api`); it comes back. */
  kill(name: string, signal?: NodeJS.Signals): void;
  /** @returns a function that ends the subscription. */
  on(listener: (event: StackEvent) => void): () => void;
}

/**
 * Brings up services, migration, model server, workers and API in `<dir>/.longhaul`, and keeps them alive.
 * @throws LonghaulError AlreadyRunning, ServiceNotFound, ServiceUnavailable, ProgramFailed; nothing is left running then.
 */
export async function startStack(options: StackOptions): Promise<Stack> {
  const dir = resolve(options.dir);
  mkdirSync(join(stackFolder(dir), 'logs'), { recursive: true });
  const lock = tryLock(join(stackFolder(dir), 'supervisor.lock'));
  if ('heldBy' in lock) throw new LonghaulError('AlreadyRunning', { dir, pid: lock.heldBy });
  const stack = new RunningStack({ ...options, dir }, lock.release);
  try {
    await stack.start();
    return stack;
  } catch (error) {
    await stack.stop();
    throw error;
  }
}

class RunningStack implements Stack {
  private readonly supervisor = new ProcessSupervisor((event) => this.onProgramEvent(event));
  private readonly listeners = new Set<(event: StackEvent) => void>();
  private readonly credentials;
  private readonly record;
  private stopped: Promise<void> | undefined;

  constructor(
    private readonly options: StackOptions,
    private readonly unlock: () => void,
  ) {
    if (options.onEvent) this.listeners.add(options.onEvent);
    this.credentials = loadCredentials(join(stackFolder(options.dir), 'credentials.json'));
    this.record = new StackRecord(options.dir, this.credentials);
  }

  get state(): StackState {
    return this.record.state;
  }

  async start(): Promise<void> {
    makePrivateFolder(this.state.payloadDir); // before anything large is stored, a missing one means a lost volume
    const { signal } = this.options;
    await this.clearAway();
    signal?.throwIfAborted();
    const abort = () => void this.stop();
    signal?.addEventListener('abort', abort, { once: true });
    await this.startAll().finally(() => signal?.removeEventListener('abort', abort));
    signal?.throwIfAborted();
  }

  stop(): Promise<void> {
    this.stopped ??= this.supervisor.stop(STOP_ORDER).then(() => {
      this.record.close();
      this.unlock();
    });
    return this.stopped;
  }

  kill(name: string, signal?: NodeJS.Signals): void {
    this.supervisor.kill(name, signal);
  }

  on(listener: (event: StackEvent) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  private async clearAway(): Promise<void> {
    const left = readState(this.options.dir)?.processes ?? [];
    await stopLeftOvers(left, ({ name, pid }) => this.emit({ type: 'left-over', name, pid }));
    this.record.save();
  }

  private async startAll(): Promise<void> {
    const { options, supervisor, credentials, state } = this;
    state.services = await startServices({
      options,
      supervisor,
      credentials,
      onRung: (walked) => this.emit({ type: 'rung', ...walked }),
      onProgress: (service, text) => this.emit({ type: 'progress', service, text }),
    });
    this.record.save();
    if (options.only === 'services') return;
    await startOwnPrograms({ options, supervisor, state, onMigrated: () => this.emit({ type: 'migrated' }) });
    this.record.save();
  }

  private onProgramEvent(event: ProgramEvent): void {
    if (event.type === 'spawned') this.record.remember(event.name, event.pid);
    if (event.type === 'ready' && event.restarted) this.record.replacePid(event.name, event.pid);
    this.emit(event);
  }

  private emit(event: StackEvent): void {
    for (const listener of this.listeners) listener(event);
  }
}
