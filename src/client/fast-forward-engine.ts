import { assert } from '../domain/kernel/assert';
import { type FastForwardAction, type FastForwardRule, stopOf, type Stop } from '../domain/simulation/fast-forward';
import type { WorldEvent } from '../domain/simulation/world';

/** Whether a rule acts on an event: the name of a condition, or a function of the event that only this process knows. */
export type FastForwardCondition = string | ((event: WorldEvent) => boolean);

export interface FastForwardConfig {
  /** As data: what `POST /simulations` takes as `rules`. */
  rules?: readonly FastForwardRule[];
  /** By the names that rules use. */
  conditions?: Readonly<Record<string, (event: WorldEvent) => boolean>>;
}

/** A rule that acted, and how far time goes because of it. */
export interface AppliedRule {
  rule: FastForwardRule;
  stop: Stop;
}

/**
 * Rules that accelerate a simulation, over the same rules as data that runs obey: `rules` of a simulation are checked by its
 * loop after every tick, and the ticks up to their stop are simulated without asking agents.
 */
export class FastForwardEngine {
  /** How far time was advanced by what was applied so far. */
  untilTick = 0;
  private readonly own: FastForwardRule[];
  private readonly conditions: Record<string, (event: WorldEvent) => boolean>;
  private readonly functions = new Set<string>();

  constructor({ rules = [], conditions = {} }: FastForwardConfig = {}) {
    this.own = [...rules];
    this.conditions = { ...conditions };
  }

  addRule(eventType: string, condition: FastForwardCondition, action: FastForwardAction): this {
    const when = typeof condition === 'string' ? condition : this.named(condition);
    this.own.push({ on: eventType, when, do: action });
    return this;
  }

  /** An action: so many days on from where the rule acts. */
  advanceSimulationTime(days: number): FastForwardAction {
    assert(Number.isInteger(days) && days >= 1, () => `advanceSimulationTime: expected whole days from 1, got ${days}`);
    return { advance: days };
  }

  /**
   * Checks every rule against the event and applies those that fit.
   *
   * @param tick how many ticks are done
   * @throws InvariantError when a rule names a condition that nobody gave
   */
  evaluateAndApplyRules(event: WorldEvent, tick = this.untilTick): AppliedRule[] {
    const position = { tick, state: event, last: {} };
    const world = { name: 'FastForwardEngine', conditions: this.conditions };
    const applied = this.own.flatMap((rule): AppliedRule[] => {
      const stop = stopOf(world, [rule], position, [event]);
      return stop === undefined ? [] : [{ rule, stop }];
    });
    this.untilTick = Math.max(tick, ...applied.map(({ stop }) => stop.untilTick));
    return applied;
  }

  /** For `POST /simulations`. @throws InvariantError when a condition is a function: a run knows conditions by name */
  get rules(): FastForwardRule[] {
    const local = this.own.find(({ when }) => this.functions.has(when));
    assert(
      local === undefined,
      () =>
        `FastForwardEngine: the condition on "${local!.on}" is a function; a run needs the name of its world's condition`,
    );
    return [...this.own];
  }

  private named(condition: (event: WorldEvent) => boolean): string {
    const name = `function-${this.functions.size + 1}`;
    this.functions.add(name);
    this.conditions[name] = condition;
    return name;
  }
}
