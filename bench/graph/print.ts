import type { Machine } from '../machine';
import { table, type Row } from '../table';
import type { FastLaneReport } from './fast-lane';
import type { KillReports } from './kills';
import type { CaseReport, ChainReport } from './report';
import type { Waits } from './waits';

export interface GraphReport {
  bench: 'graph';
  machine: Machine;
  waits: Waits;
  pairs: number;
  cases: CaseReport[];
  chain: ChainReport;
  fastLane: FastLaneReport;
  /** Empty where nothing was killed. */
  kills: Partial<KillReports>;
}

const HEADINGS: Row = [
  ...['case', 'agents', 'at once', 'ideal ms', 'ours ms', 'bare ms', 'ours ÷ ideal', 'bare ÷ ideal', 'ours ÷ bare'],
  ...['events', 'per call', 'bare', 'CPU ms per call', 'bare', 'replay ms', 'load'],
];

export function printReport({ machine, waits, pairs, cases, chain, fastLane, kills }: GraphReport): string {
  const { versions, load, cpus, cpu } = machine;
  return `
${cpus} × ${cpu}, load ${load.before} before and ${load.after} after
Node ${versions.node}, Temporal server ${versions.temporal} (SDK ${versions.temporalSdk}), PostgreSQL ${versions.postgres}, Redis ${versions.redis}
One durable write of the disk: ${waits.syncMs} ms; one call of the model server: ${waits.modelServerMs} ms.
Medians of ${pairs} pair(s): our run, then a bare Temporal workflow of the same shape on the same server.

${table([HEADINGS, ...cases.map(rowOf)])}

${chainLines(chain)}

${fastLines(fastLane)}

${killLines(kills)}

ideal: list schedule of the same durations at the same parallelism · makespan: first to last event, by the server's clock
CPU: all processes together · replay: the longest history of the run, without a server`;
}

function rowOf(row: CaseReport): Row {
  return [
    ...[
      row.case,
      row.calls,
      row.parallel,
      row.idealMs,
      row.makespanMs,
      row.bareMs,
      row.ratio,
      row.bareRatio,
      row.ratioToBare,
    ],
    ...[row.histories > 1 ? `${row.events} in ${row.histories}` : row.events, row.eventsPerCall, row.bareEventsPerCall],
    ...[row.cpuMsPerCall ?? '–', row.bareCpuMsPerCall ?? '–', row.replayMs, row.load],
  ];
}

function chainLines(chain: ChainReport): string {
  const processes = Object.entries(chain.cpuByProcess ?? {}).map(([name, ms]) => `${name} ${ms}`);
  return `chain of ${chain.steps} agents that take no time: ${chain.msPerStep} ms per step, bare ${chain.bareMsPerStep} ms, ratio ${chain.ratioToBare}
  quietest run of each: ${chain.minMsPerStep} ms, bare ${chain.bareMinMsPerStep} ms
  CPU ms per step: ${chain.cpuMsPerCall ?? '–'}, bare ${chain.bareCpuMsPerCall ?? '–'} (${processes.join(', ')})
  events per step: ${chain.eventsPerCall}, bare ${chain.bareEventsPerCall} · replay ${chain.replayMs} ms · load ${chain.load}`;
}

function fastLines(fast: FastLaneReport): string {
  const headings: Row = [
    'fast lane',
    'agents',
    'at once',
    'ours ms',
    'bare ms',
    'ours ÷ bare',
    'events',
    'CPU ms',
    'bare',
  ];
  const rows = fast.cases.map((row): Row => [
    ...[row.case, row.calls, row.parallel, row.makespanMs, row.bareMs, row.ratioToBare, row.events],
    ...[row.cpuMsPerCall ?? '–', row.bareCpuMsPerCall ?? '–'],
  ]);
  return `${table([headings, ...rows])}
chain ${fast.chainMsPerStep} ms per step, bare ${fast.bareChainMsPerStep}, ratio ${fast.chainRatioToBare} · ${fast.nodesPerS} nodes/s, bare ${fast.bareNodesPerS}, ratio ${fast.nodesPerSRatio}
bare: a local activity that stores one result row`;
}

function killLines(kills: Partial<KillReports>): string {
  const headings: Row = ['struck', 'times', 'recovered', 'calls in flight', 'repeated', 'recovery ms, median', 'max'];
  const rows = Object.entries(kills).map(([name, row]): Row => [
    ...[name, row.kills, row.recovered, row.inFlight, row.duplicates, row.recoveryMs.median, row.recoveryMs.max],
  ]);
  return table([headings, ...rows]);
}
