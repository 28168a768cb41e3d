import type { EstimateView, RunEstimateView } from '../../contracts/api.schema';
import { formatUsd } from '../../domain/kernel/money';
import { table } from './run-table';

type Estimated = EstimateView['agents'][number];
type Costs = Pick<Estimated, 'lowMicroUsd' | 'expectedMicroUsd' | 'worstCaseMicroUsd'>;

const HEAD = ['agent', 'model', 'calls', 'low', 'expected', 'worst case', 'expected from'];

export function estimateTable(estimate: EstimateView): string {
  const rows = estimate.agents.map((agent) => [...cellsOf(agent), basisOf(agent)]);
  return [table(HEAD, [...rows, ['total', '', '', ...dollars(estimate), '']]), ...remarks(estimate)].join('\n');
}

export function runEstimateTable(estimate: RunEstimateView): string {
  const rows = estimate.agents.map((agent) => [...cellsOf(agent), basisOf(agent), formatUsd(agent.actualMicroUsd)]);
  const total = ['total', '', '', ...dollars(estimate), '', formatUsd(estimate.actualMicroUsd)];
  return `${table([...HEAD, 'actual'], [...rows, total])}\n\n${accuracyLine(estimate)}`;
}

export function accuracyLine({ actualToExpected, withinWorstCase, ...estimate }: RunEstimateView): string {
  const [, expected, worstCase] = dollars(estimate);
  const ratio = actualToExpected === null ? '' : `, ${actualToExpected.toFixed(2)} times the expected`;
  const beyond = withinWorstCase ? '' : ', and more than the worst case';
  return `Estimate: ${expected} expected, ${worstCase} at the most; actual ${formatUsd(estimate.actualMicroUsd)}${ratio}${beyond}`;
}

function cellsOf(agent: Estimated): string[] {
  const { low, worstCase } = agent.calls;
  const calls = low === worstCase ? String(low) : `${low}–${worstCase}`;
  return [agent.agent, agent.model ?? '', agent.model === null ? '' : calls, ...dollars(agent)];
}

function dollars({ lowMicroUsd, expectedMicroUsd, worstCaseMicroUsd }: Costs): string[] {
  return [lowMicroUsd, expectedMicroUsd, worstCaseMicroUsd].map(formatUsd);
}

function basisOf({ basis, earlierRuns, limited }: Estimated): string {
  const from = basis === 'earlier-runs' ? `${earlierRuns} earlier run${earlierRuns === 1 ? '' : 's'}` : basis;
  return limited ? `${from}; ended by its own limit` : from;
}

function remarks({ worstCaseExceedsBudget, budgetMicroUsd, agents }: EstimateView): string[] {
  const problems = [...new Set(agents.flatMap(({ problem }) => problem ?? []))];
  const budget = formatUsd(budgetMicroUsd);
  return [
    '',
    worstCaseExceedsBudget
      ? `The worst case exceeds the budget of ${budget}: the run may stop early.`
      : `The worst case is within the budget of ${budget}.`,
    ...problems.map((problem) => `Not counted: ${problem}`),
  ];
}
