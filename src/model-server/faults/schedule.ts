import type { Caller } from '../chat/caller';
import { badRequest } from '../http/api-error';
import { SeededRandom } from '../seeded-random';
import { phaseOf } from './catalogue';
import { parseFault, type Fault, type FaultRule } from './spec';

interface Counted {
  rule: FaultRule;
  matched: number;
  fired: number;
}

/** The rules in force and how often each struck. The first rule that strikes wins; those behind it do not count it. */
export class FaultSchedule {
  #rules: Counted[] = [];

  constructor(private readonly seed: number) {}

  /** Replaces all rules; their counts begin at zero. */
  set(rules: readonly FaultRule[]): void {
    this.#rules = rules.map((rule) => ({ rule, matched: 0, fired: 0 }));
  }

  /** For reports: a fault that never fired proves nothing. */
  get counts(): Array<{ spec: string; matched: number; fired: number }> {
    return this.#rules.map(({ rule, matched, fired }) => ({ spec: rule.spec, matched, fired }));
  }

  /** The fault for one request; `demanded` (a header of the request) goes before the rules. */
  choose(model: string, caller: Caller, demanded: string | undefined): Fault | null {
    if (demanded !== undefined) return parseDemand(demanded);
    return this.#firstOf(({ kind }) => phaseOf(kind) !== 'batch', model, caller);
  }

  /** The fault for a batch as a whole. */
  chooseForBatch(model: string, caller: Caller): Fault | null {
    return this.#firstOf(({ kind }) => phaseOf(kind) === 'batch', model, caller);
  }

  #firstOf(isMeant: (rule: FaultRule) => boolean, model: string, caller: Caller): Fault | null {
    const matching = this.#rules.filter(({ rule }) => isMeant(rule) && matches(rule, model, caller));
    return matching.find((counted) => this.#strikes(counted))?.rule ?? null;
  }

  #strikes(counted: Counted): boolean {
    const { rule } = counted;
    const index = counted.matched++;
    const due = index >= rule.skip && (index - rule.skip + 1) % rule.every === 0 && counted.fired < rule.times;
    if (!due || !this.#drawn(rule, index)) return false;
    counted.fired++;
    return true;
  }

  #drawn(rule: FaultRule, index: number): boolean {
    return rule.rate >= 1 || new SeededRandom(`${this.seed}/${rule.spec}/${index}`).next() < rule.rate;
  }
}

function matches(rule: FaultRule, model: string, caller: Caller): boolean {
  return (rule.model ?? model) === model && (rule.agent === null || (caller.agent ?? '').startsWith(rule.agent));
}

function parseDemand(spec: string): Fault {
  try {
    return parseFault(spec);
  } catch (error) {
    throw badRequest(`x-longhaul-fault: ${(error as Error).message}`, 'x-longhaul-fault');
  }
}
