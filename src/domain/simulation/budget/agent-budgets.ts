import type { Json } from '../../kernel/canonical-json';
import { budgetBlock } from './budget-block';
import type { AgentBudget } from './budget-limits';
import { gaugesOf, limitAnew, meterCall, type Gauge, type Meter, type MeteredCall, openMeter, openTick } from './meter';

/** What is said about a budget once in its window: nearly used up, or exceeded. */
export interface BudgetNews extends Gauge {
  agentId: string;
  said: 'warning' | 'exceeded';
  severity?: 'soft' | 'hard_fail';
}

/** What metering a decision did to it. */
export interface Metered {
  /** For the agent, with its next tick. */
  feedback: string[];
  /** A hard limit was exceeded: the decision does not count. */
  withheld: boolean;
}

/** What agents have used after the last tick that is done, by their ids. JSON. */
export type CarriedBudgets = [agentId: string, meter: Json][];

/** The tool as which a model's answer is counted; what the answer orders are tools of its world. */
export const DECIDE_TOOL = 'decide';
/** The same of its reviews of a memory. */
export const REVIEW_TOOL = 'review';

/**
 * The budgets of a run's agents. A tick counts when it is done: one that was given up and begins again counts once.
 */
export class AgentBudgets {
  private done: ReadonlyMap<string, Meter>;
  private open: Map<string, Meter>;
  private news: BudgetNews[] = [];
  private readonly withheldNow = new Set<string>();

  constructor(
    private budgets: ReadonlyMap<string, AgentBudget>,
    carried: CarriedBudgets = [],
  ) {
    this.done = this.used(carried);
    this.open = new Map(this.done);
  }

  /** With what was used in ticks that somebody else played. */
  goOnFrom(carried: CarriedBudgets): void {
    this.done = this.used(carried);
    this.open = new Map(this.done);
  }

  /** Other limits between two ticks; what was used stays used. */
  limitAnew(budgets: ReadonlyMap<string, AgentBudget>): void {
    this.budgets = budgets;
    this.done = new Map(
      [...budgets].map(([id, { limits }]) => [id, limitAnew(this.done.get(id) ?? openMeter(), limits)]),
    );
    this.open = new Map(this.done);
  }

  /** Another tick, or the same once more. */
  beginTick(): void {
    this.open = new Map([...this.done].map(([id, meter]) => [id, openTick(meter)]));
    this.news = [];
    this.withheldNow.clear();
  }

  /** Of the tick that is done. */
  endTick(): BudgetNews[] {
    this.done = new Map(this.open);
    return this.news.splice(0);
  }

  /** For its prompt; empty without a budget. */
  textFor(agentId: string): string {
    const meter = this.open.get(agentId);
    return meter === undefined ? '' : budgetBlock(meter);
  }

  /** Why the agent is not asked: a hard limit of it is exceeded, and asking would cost more. */
  refusal(agentId: string): string | undefined {
    const meter = this.open.get(agentId);
    if (meter === undefined || meter.limits.softOverage) return undefined;
    const tools = [undefined, ...Object.keys(meter.limits.tools)];
    const over = tools.flatMap((tool) => gaugesOf(meter, tool)).find(({ usage, limit }) => usage > limit);
    if (over === undefined) return undefined;
    this.withheldNow.add(agentId);
    return `Not asked: ${spoken(over)} is exceeded.`;
  }

  /** In the last tick its fallback decided because of its budget: that is no failure of its own. */
  withheld(agentId: string): boolean {
    return this.withheldNow.has(agentId);
  }

  /** Whether a run waits for a person when a hard limit of this agent is exceeded. */
  parks(agentId: string): boolean {
    return this.budgets.get(agentId)?.then === 'park';
  }

  /** Calls in the order in which they were made. Those after an exceeded hard limit are counted, too: they were made. */
  meter(agentId: string, calls: readonly MeteredCall[]): Metered {
    const metered: Metered = { feedback: [], withheld: false };
    for (const call of calls) this.meterOne(agentId, call, metered);
    if (metered.withheld) this.withheldNow.add(agentId);
    return metered;
  }

  carry(): CarriedBudgets {
    return [...this.done].map(([id, meter]) => [id, meter as unknown as Json]);
  }

  private used(carried: CarriedBudgets): Map<string, Meter> {
    const used = new Map(carried);
    return new Map(
      [...this.budgets].map(([id, { limits }]) => [
        id,
        { ...((used.get(id) as unknown as Meter) ?? openMeter()), limits },
      ]),
    );
  }

  private meterOne(agentId: string, call: MeteredCall, metered: Metered): void {
    const before = this.open.get(agentId);
    if (before === undefined) return;
    const { meter, ...end } = meterCall(before, call);
    this.open.set(agentId, meter);
    if (end.outcome === 'ok') return;
    const { budgetType, limit, usage } = end;
    if (end.outcome === 'warning') {
      this.news.push({ agentId, said: 'warning', budgetType, limit, usage });
      metered.feedback.push(`Budget: ${spoken(end)} is nearly used up.`);
      return;
    }
    metered.withheld ||= end.severity === 'hard_fail';
    if (before.exceeded.includes(budgetType)) return;
    this.news.push({ agentId, said: 'exceeded', severity: end.severity, budgetType, limit, usage });
    metered.feedback.push(`Budget: ${spoken(end)} is exceeded.`);
  }
}

function spoken({ budgetType, limit, usage }: Gauge): string {
  return `${budgetType} (${usage} of ${limit})`;
}
