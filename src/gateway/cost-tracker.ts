import { assert } from '../domain/kernel/assert';
import { type MicroUsd, microToUsd, usdToMicro } from '../domain/kernel/money';
import { type PerThousand, priceOfThousand } from '../domain/llm/per-thousand-price';
import { costOf, type Price } from '../domain/llm/pricing';

/** US dollars. A budget that is left out is unlimited. */
export interface CostTrackerOptions {
  /** Per 1,000 tokens, by model; added to the well-known ones. */
  modelCosts?: Readonly<Record<string, PerThousand>>;
  /** Per 1,000 tokens, for models of no known price. */
  defaultInputCost?: number;
  defaultOutputCost?: number;
  /** Of each workflow. */
  workflowBudget?: number;
  /** Of each agent. */
  agentBudget?: number;
}

export interface CostRecord {
  agentId: string;
  agentName: string;
  workflowId: string;
  model: string;
  inputTokens: number;
  outputTokens: number;
  metadata?: Readonly<Record<string, unknown>>;
}

export interface SpendStatistics {
  /** US dollars, like all costs here. */
  cost: number;
  tokens: number;
  entries: number;
  /** Null without a budget. */
  budget: number | null;
  remaining: number | null;
  utilizationPercent: number | null;
}

export interface CostTrackerStatistics {
  totalCost: number;
  totalTokens: number;
  entries: number;
  averageCost: number | null;
  byModel: Readonly<Record<string, number>>;
  workflows: Readonly<Record<string, SpendStatistics>>;
  agents: Readonly<Record<string, SpendStatistics>>;
}

/** Examples of the seed's cost table, which programs of the orchestration engine count on. */
const WELL_KNOWN: Readonly<Record<string, PerThousand>> = {
  'gpt-4': { input: 0.03, output: 0.06 },
  'gpt-4-turbo': { input: 0.01, output: 0.03 },
  'gpt-3.5-turbo': { input: 0.0005, output: 0.0015 },
};
const DEFAULT: PerThousand = { input: 0.01, output: 0.03 };

interface Spend {
  microUsd: MicroUsd;
  tokens: number;
  entries: number;
}

/**
 * Costs and budgets of one process, in memory, for programs that use no ledger: it says afterwards what was spent, and
 * before a call whether anything is left. What must never be overspent belongs into the ledger, which reserves first.
 */
export class CostTracker {
  readonly #prices: ReadonlyMap<string, Price>;
  readonly #default: Price;
  readonly #budgets: { workflow: MicroUsd | null; agent: MicroUsd | null };
  readonly #models = new Map<string, Spend>();
  readonly #workflows = new Map<string, Spend>();
  readonly #agents = new Map<string, Spend>();
  readonly #records: (CostRecord & { cost: number })[] = [];

  constructor(options: CostTrackerOptions = {}) {
    const costs = Object.entries({ ...WELL_KNOWN, ...options.modelCosts });
    this.#prices = new Map(costs.map(([model, cost]) => [model, priceOfThousand(model, cost)]));
    const { defaultInputCost: input = DEFAULT.input, defaultOutputCost: output = DEFAULT.output } = options;
    this.#default = priceOfThousand('default', { input, output });
    const microOf = (usd: number | undefined) => (usd === undefined ? null : usdToMicro(usd));
    this.#budgets = { workflow: microOf(options.workflowBudget), agent: microOf(options.agentBudget) };
  }

  /** US dollars, a whole number of millionths, rounded up. */
  calculateCost(model: string, inputTokens: number, outputTokens: number): number {
    return microToUsd(this.#microUsdOf(model, inputTokens, outputTokens));
  }

  /** @returns the cost of this record in US dollars */
  recordCost(record: CostRecord): number {
    const { model, inputTokens, outputTokens } = record;
    const spent = { microUsd: this.#microUsdOf(model, inputTokens, outputTokens), tokens: inputTokens + outputTokens };
    add(this.#models, model, spent);
    add(this.#workflows, record.workflowId, spent);
    add(this.#agents, record.agentId, spent);
    const cost = microToUsd(spent.microUsd);
    this.#records.push({ ...record, cost });
    return cost;
  }

  /** Whether something is left; a workflow that spent nothing is within its budget. */
  checkWorkflowBudget(workflowId: string): boolean {
    return isWithin(this.#workflows.get(workflowId), this.#budgets.workflow);
  }

  checkAgentBudget(agentId: string): boolean {
    return isWithin(this.#agents.get(agentId), this.#budgets.agent);
  }

  /** In the order in which they were recorded. */
  get records(): readonly (CostRecord & { cost: number })[] {
    return this.#records;
  }

  getStatistics(): CostTrackerStatistics {
    const all = [...this.#models.values()];
    const [microUsd, totalTokens] = [sum(all, 'microUsd'), sum(all, 'tokens')];
    const entries = this.#records.length;
    return {
      ...{ totalCost: microToUsd(microUsd), totalTokens, entries },
      averageCost: entries === 0 ? null : microToUsd(microUsd) / entries,
      byModel: Object.fromEntries([...this.#models].map(([model, spend]) => [model, microToUsd(spend.microUsd)])),
      workflows: statisticsOf(this.#workflows, this.#budgets.workflow),
      agents: statisticsOf(this.#agents, this.#budgets.agent),
    };
  }

  #microUsdOf(model: string, inputTokens: number, outputTokens: number): MicroUsd {
    for (const count of [inputTokens, outputTokens])
      assert(Number.isSafeInteger(count) && count >= 0, `CostTracker: ${count} is no token count`);
    return costOf(this.#prices.get(model) ?? this.#default, { inputTokens, outputTokens });
  }
}

function add(spends: Map<string, Spend>, key: string, { microUsd, tokens }: Omit<Spend, 'entries'>): void {
  const before = spends.get(key) ?? { microUsd: 0, tokens: 0, entries: 0 };
  spends.set(key, {
    microUsd: before.microUsd + microUsd,
    tokens: before.tokens + tokens,
    entries: before.entries + 1,
  });
}

function isWithin(spend: Spend | undefined, budget: MicroUsd | null): boolean {
  return budget === null || (spend?.microUsd ?? 0) < budget;
}

function sum(spends: readonly Spend[], key: 'microUsd' | 'tokens'): number {
  return spends.reduce((total, spend) => total + spend[key], 0);
}

function statisticsOf(
  spends: ReadonlyMap<string, Spend>,
  budget: MicroUsd | null,
): Readonly<Record<string, SpendStatistics>> {
  return Object.fromEntries([...spends].map(([id, spend]) => [id, spendOf(spend, budget)]));
}

function spendOf({ microUsd, tokens, entries }: Spend, budget: MicroUsd | null): SpendStatistics {
  const limited = budget === null ? null : microToUsd(budget);
  return {
    ...{ cost: microToUsd(microUsd), tokens, entries, budget: limited },
    remaining: budget === null ? null : microToUsd(Math.max(0, budget - microUsd)),
    utilizationPercent: budget === null || budget === 0 ? null : (100 * microUsd) / budget,
  };
}
