import { LonghaulError } from '../../domain/kernel/errors';
import type { ProgramSpec, RunningProgram } from './program';
import type { ProgramEvent } from './program-event';
import { SupervisedProgram } from './supervised-program';
import type { StandbySpec } from './warm-standby';

/** Keeps a set of programs alive, one process per role. */
export class ProcessSupervisor {
  private readonly programs = new Map<string, SupervisedProgram>();
  private stopped = false;

  constructor(private readonly onEvent: (event: ProgramEvent) => void) {}

  /**
   * With a standby beside it, if one is given, that takes over when it dies.
   * @throws LonghaulError ProgramFailed when it does not serve in time; then it is not kept alive either.
   */
  async start(spec: ProgramSpec, standby?: StandbySpec): Promise<RunningProgram> {
    if (this.stopped)
      throw new LonghaulError('WrongState', {
        what: 'Supervisor of',
        id: spec.name,
        state: 'stopped',
        action: 'starting a program',
        expected: 'a running one',
      });
    const program = new SupervisedProgram(spec, this.onEvent, standby);
    this.programs.set(spec.name, program);
    return program.start();
  }

  /** The names in the order of their start. */
  names(): string[] {
    return [...this.programs.keys()];
  }

  pidOf(name: string): number | undefined {
    return this.programs.get(name)?.pid;
  }

  /** Sends a signal to the program's process group; it is restarted when it dies of it. */
  kill(name: string, signal: NodeJS.Signals = 'SIGKILL'): void {
    const program = this.programs.get(name);
    if (!program)
      throw new LonghaulError('NotFound', { what: `Program (known: ${this.names().join(', ')})`, id: name });
    program.kill(signal);
  }

  /** Stops the phases one after the other, the programs of one phase at once; then whatever no phase named. */
  async stop(phases: readonly (readonly string[])[]): Promise<void> {
    this.stopped = true;
    for (const phase of [...phases, this.names()]) {
      const programs = phase.map((name) => this.programs.get(name)).filter((program) => program !== undefined);
      await Promise.all(programs.map((program) => program.stop()));
    }
  }
}
