import type { Machine } from '../machine';
import { table, type Row } from '../table';
import type { BatchLaneReport } from './batch-lane';
import type { BatchingReport } from './batching';
import type { BudgetReport } from './budget';
import { type FormName, FORMS } from './form';
import type { GrantsReport } from './grants';
import type { LimiterReport } from './limiter';
import type { OverheadReport } from './overhead';

/** Parts that were not asked for are not there. */
export interface GatewayReport {
  bench: 'gateway';
  form: FormName;
  machine: Machine;
  /** Load average after each part. */
  loads: Record<string, number>;
  limiter?: Record<'1' | '3' | 'restarted', LimiterReport> & GrantsReport;
  batching?: BatchingReport;
  overhead?: OverheadReport;
  budget?: BudgetReport;
  batchLane?: BatchLaneReport;
}

const HEADINGS: Row = ['figure', 'measured', 'must', 'beside it'];

export function printGatewayReport({ form, machine, loads, ...parts }: GatewayReport): string {
  const { versions, load, cpus, cpu } = machine;
  const after = Object.entries(loads).map(([part, value]) => `${part} ${value}`);
  return `
${FORMS[form].says}
${cpus} × ${cpu}, load ${load.before} before; after each part: ${after.join(', ')}
Node ${versions.node}, PostgreSQL ${versions.postgres}, Redis ${versions.redis}

${table([HEADINGS, ...limiterRows(parts.limiter), ...batchingRows(parts.batching), ...overheadRows(parts.overhead), ...budgetRows(parts.budget), ...batchLaneRows(parts.batchLane)])}

violations: counted in the model server's own book · CPU: the callers' process, without services
Each caller's process holds a gateway of its own; no payload files are written. The scripted server makes a batch at once.`;
}

function limiterRows(limiter: GatewayReport['limiter']): Row[] {
  if (!limiter) return [];
  const { '1': one, '3': three, restarted, ...grants } = limiter;
  return [
    ...keptRows('1 process', one),
    ...keptRows('3 processes', three),
    // A restart costs time, in which nothing is granted: only that limits are kept is a must there.
    ...keptRows('3 processes, Redis killed', restarted, '–'),
    [
      'limiter ÷ bare script, grants/s',
      grants.grantsPerSRatio,
      '≥ 0.3',
      `${grants.grantsPerS}; ${grants.bareGrantsPerS}`,
    ],
  ];
}

function keptRows(name: string, { violations, utilisation, binds, most }: LimiterReport, must = '≥ 0.95'): Row[] {
  const fullest = Object.entries(most).map(([window, { limit, most: used }]) => `${window} ${used} of ${limit}`);
  return [
    [`${name}: violations`, violations, 0, `fullest: ${fullest.join(', ')}`],
    [`${name}: utilisation`, utilisation, must, `of ${binds}`],
  ];
}

function batchingRows(batching: BatchingReport | undefined): Row[] {
  if (!batching) return [];
  const { callsPerS, aloneCallsPerS, transactionsPerCall, aloneTransactionsPerCall } = batching;
  return [
    ['batches of 20 ÷ 1, calls/s', batching.callsPerSRatio, '–', `${callsPerS}; ${aloneCallsPerS}`],
    [
      ...['batches of 20 ÷ 1, transactions per call', batching.transactionsPerCallRatio],
      ...['≤ 0.5', `${transactionsPerCall}; ${aloneTransactionsPerCall}`],
    ],
    ['added p50 at low load, ms', batching.addedP50Ms, '≤ 65', 'the interval of 50 ms + 15'],
  ];
}

function overheadRows(overhead: OverheadReport | undefined): Row[] {
  if (!overhead) return [];
  return [
    ['CPU ms per call', overhead.cpuMsPerCall, '–', `provider's client alone ${overhead.bareCpuMsPerCall}`],
    ['p50 of a call, ms', overhead.p50Ms, '–', `provider's client alone ${overhead.bareP50Ms}`],
  ];
}

function budgetRows(budget: BudgetReport | undefined): Row[] {
  if (!budget) return [];
  return [
    ...budget.tiers.map(({ fromInputTokens, inputTokens, admitted }): Row => [
      ...[`price from ${fromInputTokens} input tokens: admitted of ${budget.callers} callers`, admitted, budget.room],
      `as many as there is room for; prompts of ${inputTokens} tokens`,
    ]),
    ['overspend at all tiers, µUSD', budget.overspendMicroUsd, 0, 'overrun, or booked and held beyond the limit'],
  ];
}

function batchLaneRows(lane: BatchLaneReport | undefined): Row[] {
  if (!lane) return [];
  const { kills, batches, resubmissions, billedTwice, costRatio } = lane;
  return [
    ['batch lane: resubmissions', resubmissions, 0, `${kills} kills, ${batches} batches`],
    ['batch lane: calls billed twice', billedTwice, 0, 'by the provider’s own book'],
    ['batch lane ÷ single requests, cost', costRatio, 0.5, 'each cost is rounded up to a whole µUSD'],
  ];
}
