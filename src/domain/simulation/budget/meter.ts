import { DEFAULT_BUDGET, type BudgetLimits, type UsageLimits } from './budget-limits';

export interface Usage {
  calls: number;
  tokens: number;
  costMicroUsd: number;
}

export interface WindowUsage {
  tick: Usage;
  run: Usage;
}

/** What one agent has used. JSON. */
export interface Meter {
  limits: BudgetLimits;
  overall: WindowUsage;
  /** By tool. */
  tools: Readonly<Record<string, WindowUsage>>;
  /** Limits that were warned about: once each, those of a tick once a tick. */
  warned: readonly string[];
  /** Limits that are exceeded; those of a tick until the next one. */
  exceeded: readonly string[];
}

export interface MeteredCall {
  tool: string;
  tokens: number;
  costMicroUsd: number;
}

/** What a call did to the budget. `budgetType` says which limit, as `overall/tick/tokens` or `set_price/run/calls`. */
export type MeterOutcome =
  | { outcome: 'ok' }
  | { outcome: 'warning'; budgetType: string; limit: number; usage: number }
  | { outcome: 'exceeded'; severity: 'soft' | 'hard_fail'; budgetType: string; limit: number; usage: number };

const NONE: Usage = { calls: 0, tokens: 0, costMicroUsd: 0 };
const NOTHING: WindowUsage = { tick: NONE, run: NONE };
/** Tools of their own; more of them count together. */
const TOOLS_MAX = 100;
const OTHER_TOOLS = 'other';
const OF_TICK = /\/tick\/\w+$/;

export function openMeter(limits: BudgetLimits = DEFAULT_BUDGET): Meter {
  return { limits, overall: NOTHING, tools: {}, warned: [], exceeded: [] };
}

/** Another tick: its windows are empty, and may be warned about again. */
export function openTick(meter: Meter): Meter {
  const tools = Object.fromEntries(
    Object.entries(meter.tools).map(([tool, usage]) => [tool, { ...usage, tick: NONE }]),
  );
  return {
    ...meter,
    overall: { ...meter.overall, tick: NONE },
    tools,
    warned: meter.warned.filter(isOfRun),
    exceeded: meter.exceeded.filter(isOfRun),
  };
}

/** Other limits for what was used: whatever is below them now is said once more when it is reached again. */
export function limitAnew(meter: Meter, limits: BudgetLimits): Meter {
  const gauges = [undefined, ...Object.keys(limits.tools)].flatMap((tool) => gaugesOf({ ...meter, limits }, tool));
  const still = (isAbove: (gauge: Gauge) => boolean) => {
    const above = new Set(gauges.filter(isAbove).map(({ budgetType }) => budgetType));
    return (budgetType: string) => above.has(budgetType);
  };
  return {
    ...meter,
    limits,
    warned: meter.warned.filter(still(({ usage, limit }) => usage >= limits.warnAt * limit)),
    exceeded: meter.exceeded.filter(still(({ usage, limit }) => usage > limit)),
  };
}

/**
 * Adds a call that was made, then looks at the limits: the tool's of the tick, of the run, then the overall ones. The first
 * that is exceeded is said; if none, the first that is nearly used up and was not yet warned about.
 */
export function meterCall(meter: Meter, call: MeteredCall): { meter: Meter } & MeterOutcome {
  const tool = countedAs(meter, call.tool);
  const used: Meter = {
    ...meter,
    overall: plus(meter.overall, call),
    tools: { ...meter.tools, [tool]: plus(usageOf(meter, tool), call) },
  };
  const gauges = gaugesOf(used, tool);
  const over = gauges.find(({ usage, limit }) => usage > limit);
  const severity = meter.limits.softOverage ? 'soft' : 'hard_fail';
  if (over) {
    const exceeded = [...new Set([...used.exceeded, over.budgetType])];
    return { meter: { ...used, exceeded }, outcome: 'exceeded', severity, ...over };
  }
  const near = gauges.find(
    ({ budgetType, usage, limit }) => usage >= meter.limits.warnAt * limit && !used.warned.includes(budgetType),
  );
  if (!near) return { meter: used, outcome: 'ok' };
  return { meter: { ...used, warned: [...used.warned, near.budgetType] }, outcome: 'warning', ...near };
}

/**
 * Whether a call of this size would stay within every limit: asked before it is made.
 *
 * @param call its estimate
 */
export function canAfford(meter: Meter, call: MeteredCall): boolean {
  const { meter: after } = meterCall(meter, call);
  return gaugesOf(after, countedAs(meter, call.tool)).every(({ usage, limit }) => usage <= limit);
}

/** One limit and how much of it is used. */
export interface Gauge {
  budgetType: string;
  limit: number;
  usage: number;
}

/** In the order in which they are checked. */
export function gaugesOf(
  { limits, overall, tools }: Pick<Meter, 'limits' | 'overall' | 'tools'>,
  tool?: string,
): Gauge[] {
  const ofTool = tool === undefined || !Object.hasOwn(limits.tools, tool) ? undefined : limits.tools[tool];
  const usage = tool !== undefined && Object.hasOwn(tools, tool) ? tools[tool]! : NOTHING;
  return [
    ...gauges(`${tool}/tick`, ofTool?.tick, usage.tick),
    ...gauges(`${tool}/run`, ofTool?.run, usage.run),
    ...gauges('overall/tick', limits.overall.tick, overall.tick),
    ...gauges('overall/run', limits.overall.run, overall.run),
  ];
}

function isOfRun(budgetType: string): boolean {
  return !OF_TICK.test(budgetType);
}

function gauges(window: string, limits: UsageLimits | undefined, usage: Usage): Gauge[] {
  return (['calls', 'tokens', 'costMicroUsd'] as const).flatMap((what) => {
    const limit = limits?.[what];
    return limit === undefined ? [] : [{ budgetType: `${window}/${what}`, limit, usage: usage[what] }];
  });
}

/** A tool with a limit is always counted by itself. */
function countedAs({ limits, tools }: Meter, tool: string): string {
  const known = Object.hasOwn(tools, tool) || Object.hasOwn(limits.tools, tool);
  return known || Object.keys(tools).length < TOOLS_MAX ? tool : OTHER_TOOLS;
}

function usageOf({ tools }: Meter, tool: string): WindowUsage {
  return Object.hasOwn(tools, tool) ? tools[tool]! : NOTHING;
}

function plus({ tick, run }: WindowUsage, call: MeteredCall): WindowUsage {
  return { tick: added(tick, call), run: added(run, call) };
}

function added({ calls, tokens, costMicroUsd }: Usage, call: MeteredCall): Usage {
  return { calls: calls + 1, tokens: tokens + call.tokens, costMicroUsd: costMicroUsd + call.costMicroUsd };
}
