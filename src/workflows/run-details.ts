import { setCurrentDetails, upsertSearchAttributes } from '@temporalio/workflow';
import { defineSearchAttributeKey, SearchAttributeType } from '@temporalio/common';
import type { AgentRun } from '../domain/agents/agent-run';
import type { RunEnding } from '../domain/agents/run-ending';
import { formatUsd, microToUsd } from '../domain/kernel/money';

const STATUS_ATTRIBUTE = defineSearchAttributeKey('LonghaulStatus', SearchAttributeType.KEYWORD);
const COST_ATTRIBUTE = defineSearchAttributeKey('LonghaulCostUsd', SearchAttributeType.DOUBLE);

/** The live line of the Web UI. Costs no history event. */
export function showDetails(run: AgentRun, ending?: RunEnding): void {
  const failed = run.count('failed') + run.count('rate_limited') + run.count('budget_exceeded');
  const counts = [
    `${run.count('completed')} of ${run.nodes.length} agents completed`,
    `${run.runningCount} running`,
    ...(run.waitingCount > 0 ? [`${run.waitingCount} waiting for people or batches`] : []),
    `${failed} failed`,
    `${run.count('cancelled')} cancelled`,
  ].join(', ');
  const status = ending?.status ?? (run.isPaused ? 'paused' : 'running');
  setCurrentDetails(
    `**${status}** · ${counts} · ${formatUsd(run.costMicroUsd)}${ending?.reason ? `\n\n${ending.reason}` : ''}`,
  );
}

export function showStatus(status: RunEnding['status']): void {
  upsertSearchAttributes([{ key: STATUS_ATTRIBUTE, value: status }]);
}

/** By which the Web UI finds and sorts finished runs. */
export function showEnd(run: AgentRun, { status }: RunEnding): void {
  upsertSearchAttributes([
    { key: STATUS_ATTRIBUTE, value: status },
    { key: COST_ATTRIBUTE, value: microToUsd(run.costMicroUsd) },
  ]);
}
