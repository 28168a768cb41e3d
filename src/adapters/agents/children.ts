import type { AgentCommand } from './agent-command';
import { Child } from './child';
import type { Surroundings } from './spawned';

/** At least as many as questions are under way at once in a process, so that there is always an idle one to end. */
export const CHILDREN_MAX = 50;
/** A tick with a model in it takes seconds; a program that was not asked for this long waits for nobody. */
const IDLE_MS = 60_000;

interface Kept {
  child: Child;
  idleSince: number;
}

/**
 * A program per agent of a run, kept between its questions: an interpreter with a framework takes a second or more to
 * start, which over 180 ticks would be minutes. What it remembers is a cache and nothing more: it may be asked in
 * another worker, and is ended when idle. Runs and agents never share one, so that none knows what another was told.
 */
export class Children {
  private readonly kept = new Map<string, Kept>();
  private readonly timer: NodeJS.Timeout;

  constructor(
    private readonly around: Surroundings,
    private readonly idleMs = IDLE_MS,
  ) {
    this.timer = setInterval(() => this.endIdle(), this.idleMs / 2);
    this.timer.unref();
  }

  /** @param whose tells agents of runs apart */
  of(whose: string, command: AgentCommand): Child {
    const key = `${whose} ${command.name}`;
    const before = this.kept.get(key);
    // One that is busy was asked by a try that this one replaces.
    if (before?.child.isAlive && before.child.isIdle) return this.touched(key, before.child);
    if (before) this.drop(key, before);
    if (this.kept.size >= CHILDREN_MAX) this.endLongestIdle();
    return this.touched(key, new Child(command, this.around));
  }

  async close(): Promise<void> {
    clearInterval(this.timer);
    const all = [...this.kept.values()];
    this.kept.clear();
    await Promise.all(all.map(({ child }) => child.end()));
  }

  /** The newest last. */
  private touched(key: string, child: Child): Child {
    this.kept.delete(key);
    this.kept.set(key, { child, idleSince: Date.now() });
    return child;
  }

  private endIdle(): void {
    const before = Date.now() - this.idleMs;
    for (const [key, kept] of this.kept)
      if (!kept.child.isAlive || (kept.child.isIdle && kept.idleSince < before)) this.drop(key, kept);
  }

  private endLongestIdle(): void {
    const longest = [...this.kept].find(([, { child }]) => child.isIdle);
    if (longest) this.drop(...longest);
  }

  private drop(key: string, { child }: Kept): void {
    this.kept.delete(key);
    void child.end();
  }
}
