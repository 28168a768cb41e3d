import { CancellationScope, condition, isCancellation, sleep } from '@temporalio/workflow';
import type { AgentRun } from '../domain/agents/agent-run';

/** A timer of its own, so that waiting for limits, people or a dead provider never outlives the run's timeout. It stands still while the run is paused. */
export class RunClock {
  private readonly scope = new CancellationScope({ cancellable: true });
  private startedAtMs: number | undefined;

  constructor(
    private budgetMs: number,
    private readonly run: AgentRun,
  ) {}

  get leftMs(): number {
    const sinceMs = this.startedAtMs === undefined ? 0 : Date.now() - this.startedAtMs;
    return Math.max(1, this.budgetMs - sinceMs);
  }

  start(expired: () => void): void {
    this.scope.run(() => this.tick(expired)).catch(passCancellation);
  }

  stop(): void {
    this.budgetMs = this.leftMs;
    this.startedAtMs = undefined;
    this.scope.cancel();
  }

  private async tick(expired: () => void): Promise<void> {
    for (;;) {
      // (Asked first: awaiting what already holds would move the timer behind the commands of this turn.)
      if (this.run.isPaused) await condition(() => !this.run.isPaused);
      this.startedAtMs = Date.now();
      if (await this.elapses()) return expired();
      this.budgetMs = this.leftMs;
      this.startedAtMs = undefined;
    }
  }

  /** @returns false when the run was paused before */
  private async elapses(): Promise<boolean> {
    const timer = new CancellationScope({ cancellable: true });
    const elapsed = timer.run(() => sleep(this.leftMs, { summary: 'run timeout' })).then(() => true);
    const paused = condition(() => this.run.isPaused).then(() => false);
    elapsed.catch(passCancellation);
    const answer = await Promise.race([elapsed, paused]);
    timer.cancel();
    return answer;
  }
}

function passCancellation(error: unknown): void {
  if (!isCancellation(error)) throw error;
}
