import type { StackState } from '../../../adapters/embedded';
import { killProcess } from '../kill-process';

/** A program that is killed (SIGKILL) when so many ticks are done; the supervisor starts it again. */
export interface Kill {
  program: string;
  atTick: number;
}

/** The process of the rules, then the server that holds the history, a third and two thirds on the way. */
export function killsIn(ticks: number): Kill[] {
  return [
    { program: 'worker-simulations', atTick: Math.floor(ticks / 3) },
    { program: 'temporal', atTick: Math.floor((2 * ticks) / 3) },
  ];
}

/** Strikes each of them once, as soon as the record says that it is due. */
export class Killer {
  /** With the ticks at which it happened. */
  readonly done: Kill[] = [];
  private readonly left: Kill[];

  constructor(
    kills: readonly Kill[],
    private readonly note: (text: string) => void,
  ) {
    this.left = [...kills];
  }

  /** @param state with the processes as they are now: a server that somebody else runs is not among them */
  look(tick: number, { processes }: StackState): void {
    const [next] = this.left;
    if (next === undefined || next.atTick > tick) return;
    const pid = processes.find(({ name }) => name === next.program)?.pid;
    if (pid === undefined || !killProcess(pid)) return;
    this.left.shift();
    this.done.push({ program: next.program, atTick: tick });
    this.note(`tick ${tick}: ${next.program} (process ${pid}) was killed`);
  }
}
