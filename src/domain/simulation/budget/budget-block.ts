import { gaugesOf, type Gauge, type Meter } from './meter';

/** What is used and what is left, as text for a prompt. Empty where nothing is limited. */
export function budgetBlock(meter: Meter): string {
  const tools = Object.keys(meter.limits.tools).sort();
  const ofTools = tools.flatMap((tool) => gaugesOf(meter, tool).filter(({ budgetType }) => !isOverall(budgetType)));
  const lines = [...gaugesOf(meter), ...ofTools].map((gauge) => lineOf(gauge, meter.limits.warnAt));
  return lines.length === 0 ? '' : ['Your budget for models and tools:', ...lines].join('\n');
}

function isOverall(budgetType: string): boolean {
  return budgetType.startsWith('overall/');
}

function lineOf({ budgetType, limit, usage }: Gauge, warnAt: number): string {
  const [, where, window, what] = /^(.*)\/(\w+)\/(\w+)$/.exec(budgetType)!;
  const whose = where === 'overall' ? 'all tools' : where;
  return `- ${whose}, this ${window}: ${used(what!, usage, limit)}${stateOf(usage, limit, warnAt)}`;
}

function used(what: string, usage: number, limit: number): string {
  const percent = limit === 0 ? '' : ` (${Math.floor((usage * 100) / limit)} %)`;
  return what === 'costMicroUsd'
    ? `${dollars(usage)} of ${dollars(limit)}${percent}`
    : `${usage} of ${limit} ${what}${percent}`;
}

function stateOf(usage: number, limit: number, warnAt: number): string {
  if (usage > limit) return ' EXCEEDED';
  return usage >= warnAt * limit ? ' WARNING: nearly used up' : '';
}

function dollars(microUsd: number): string {
  return `$${(microUsd / 1_000_000).toFixed(2)}`;
}
