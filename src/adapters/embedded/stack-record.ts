import { join } from 'node:path';
import type { Credentials } from './credentials';
import { identifyProcess } from './process-identity';
import { removeState, stackFolder, writeState, type StackState } from './state-file';

/** The state of a stack, kept in step with its state file. */
export class StackRecord {
  readonly state: StackState;
  private closed = false;

  constructor(
    private readonly dir: string,
    credentials: Credentials,
  ) {
    this.state = {
      supervisorPid: process.pid,
      supervisorBeganAt: identifyProcess(process.pid)?.beganAt ?? '',
      startedAt: new Date().toISOString(),
      services: {},
      token: credentials.apiToken,
      workers: [],
      payloadDir: join(stackFolder(dir), 'payloads'),
      processes: [],
    };
  }

  /** Written down before anything else happens to a new process, so that a kill at any moment leaves no unknown one. */
  remember(name: string, pid: number): void {
    const identity = identifyProcess(pid);
    if (!identity) return; // it ended at once; its exit is reported
    const others = this.state.processes.filter((process) => process.name !== name);
    this.state.processes = [...others, { name, ...identity }];
    this.save();
  }

  /** After a restart. */
  replacePid(name: string, pid: number): void {
    const { services, api, workers } = this.state;
    const entries: Record<string, { pid?: number } | undefined> = {
      ...services,
      'model-server': services.modelServer,
      api,
    };
    const entry = entries[name] ?? workers.find(({ role }) => name === `worker-${role}`);
    if (entry) entry.pid = pid;
    this.save();
  }

  save(): void {
    if (!this.closed) writeState(this.dir, this.state);
  }

  /** Nothing runs any more: there is nothing to find. */
  close(): void {
    this.closed = true;
    removeState(this.dir);
  }
}
