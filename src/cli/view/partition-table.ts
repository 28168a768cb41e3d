import type { PartitionedPage, PartitionedView } from '../../contracts/api.schema';
import { formatUsd } from '../../domain/kernel/money';
import { table } from './run-table';

/** A simulation of several partitions as people read it. */
export function partitionTable({ partitions }: PartitionedView): string {
  const rows = partitions.map(({ name, runId, status, tick, costMicroUsd, reasonCode }) => [
    ...[name, runId, status, String(tick), formatUsd(costMicroUsd)],
    status === 'completed' ? '' : (reasonCode ?? ''),
  ]);
  return table(['partition', 'run', 'status', 'tick', 'cost', 'reason'], rows);
}

export function partitionedTable(items: PartitionedPage['items']): string {
  const rows = items.map(({ runId, name, status, ticks, partitions, createdAt }) => [
    ...[runId, name, status, String(ticks), partitions.join(', '), createdAt],
  ]);
  return table(['run', 'name', 'status', 'ticks', 'partitions', 'created'], rows);
}

/** One line; it changes when something has happened. */
export function partitionedLine(whole: PartitionedView): string {
  const { status, tick, ticks, pausedAt, partitions, costMicroUsd, reason } = whole;
  const state = pausedAt === null ? status : 'paused';
  const out = partitions.filter((partition) => partition.status === 'failed' || partition.status === 'cancelled');
  const named = out.length === 0 ? '' : `, without ${out.map(({ name }) => name).join(', ')}`;
  return `${state}: tick ${tick} of ${ticks}${named}, ${formatUsd(costMicroUsd)}${reason === null ? '' : ` (${reason})`}`;
}
