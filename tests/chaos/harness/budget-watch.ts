import type { Pool } from 'pg';
import type { Violations } from './invariants';

const LOOK_EVERY_MS = 150;

/** I4 while it happens: looks at all budgets again and again, over a connection that no fault touches. */
export class BudgetWatch {
  readonly violations: Violations = [];
  private looks = 0;
  private readonly timer: NodeJS.Timeout;
  private looking = false;

  constructor(private readonly pool: Pool) {
    this.timer = setInterval(() => void this.look(), LOOK_EVERY_MS);
  }

  /** @returns how often it has seen the budgets: never is no proof */
  stop(): number {
    clearInterval(this.timer);
    return this.looks;
  }

  private async look(): Promise<void> {
    if (this.looking) return;
    this.looking = true;
    try {
      const { rows } = await this.pool.query<{ id: string }>(
        `SELECT id FROM budget WHERE settled_micro_usd + reserved_micro_usd + unknown_micro_usd > limit_micro_usd`,
      );
      this.looks += 1;
      for (const { id } of rows) this.violations.push(`${id} was over its limit`);
    } catch {
      // PostgreSQL is down, which is one of the faults: there is nothing to see.
    } finally {
      this.looking = false;
    }
  }
}
