import type { Machine } from '../machine';
import { table, type Row } from '../table';
import type { AgentReport } from './agent-ticks';
import type { FastReport } from './fast-ticks';
import { FORMS } from './form';
import type { ForwardReport } from './forward';
import type { KillReport } from './kill';

type Lanes = 'agentTicksPerS';

export interface MarketplaceReport
  extends ForwardReport, Omit<AgentReport, Lanes>, Omit<FastReport, Lanes>, KillReport {
  agentTicksPerS: AgentReport[Lanes] & FastReport[Lanes];
  /** Computed again from the record of a run with an agent, every hash compared. */
  replayTicksPerS: number;
  /** The same ÷ that run's own. */
  replayToRun: number;
  /** In the provider's book. */
  forkCallsBefore: number;
  forkCallsAfter: number;
}

export interface SimulationReport {
  bench: 'simulation';
  form: keyof typeof FORMS;
  machine: Machine;
  worlds: { marketplace: MarketplaceReport };
}

const HEADINGS: Row = ['figure', 'measured', 'must', 'beside it'];

export function printSimulationReport({ form, machine, worlds: { marketplace } }: SimulationReport): string {
  const { versions, load, cpus, cpu } = machine;
  return `
${FORMS[form].says}
${cpus} × ${cpu}, load ${load.before} before and ${load.after} after
Node ${versions.node}, Temporal server ${versions.temporal} (SDK ${versions.temporalSdk}), PostgreSQL ${versions.postgres}, Redis ${versions.redis}

${table([HEADINGS, ...forwardRows(marketplace), ...agentRows(marketplace), ...faultRows(marketplace)])}

runs: first to last event of their histories by the server's clock, recording and conclusion included · record: the activity, start to end
bare: a workflow that awaits one activity per tick, a plain request of the same model server · † of this machine, no gate
fast lane: the same run answered by its cassette; bare: a local activity per tick that stores a row`;
}

function forwardRows(figures: ForwardReport): Row[] {
  const { forwardTicks, pureTicksPerS, workflowTicksPerS, ratio, forwardRecordMsPerTick, forwardHistories } = figures;
  return [
    [
      ...[`fast-forward ÷ engine alone, ${forwardTicks} ticks`, ratio, '≥ 0.5'],
      `${workflowTicksPerS}; ${pureTicksPerS} ticks/s; ${forwardHistories} histories`,
    ],
    ['playing and recording a tick of a fast-forward, ms', forwardRecordMsPerTick, '–', 'beside the workflow'],
  ];
}

function agentRows(figures: MarketplaceReport): Row[] {
  const { agentTicks, agentTicksPerS, cpuMsPerTick, replayTicksPerS, replayToRun } = figures;
  const { paid, bare, ratio, fast, fastBare, fastRatio } = agentTicksPerS;
  const { fastTicks, eventsPerFastTick } = figures;
  return [
    [`agent ticks, paid lane ÷ bare, ${agentTicks} ticks`, ratio, '≥ 0.6', `${paid}; ${bare} ticks/s`],
    [
      ...[`the same, fast lane ÷ bare, ${fastTicks} ticks`, fastRatio, '≥ 0.4'],
      `${fast}; ${fastBare} ticks/s; ${eventsPerFastTick} events a tick`,
    ],
    ['CPU ms per agent tick', cpuMsPerTick?.paid ?? '–', '–', `bare ${cpuMsPerTick?.bare ?? '–'}`],
    ['history events per agent tick', figures.eventsPerAgentTick, '≤ 8', `bare ${figures.bareEventsPerTick}`],
    ['history bytes per agent tick', figures.bytesPerTick, '–', `bare ${figures.bareBytesPerTick}`],
    ['recording an agent tick, ms', figures.recordMsPerTick, '–', 'in its own process, meanwhile'],
    ['replay without a server ÷ real run', replayToRun, '≥ 10', `${replayTicksPerS}; ${paid} ticks/s`],
  ];
}

function faultRows({
  kills,
  killHashEqual,
  recoveryMs,
  recoveryMaxMs,
  struckAtTick,
  ...figures
}: MarketplaceReport): Row[] {
  const { agentTicks, forkCallsBefore, forkCallsAfter } = figures;
  return [
    [
      ...['final hash after a kill -9', killHashEqual ? 'equal' : 'another', 'equal'],
      `${kills} kill(s), at tick ${struckAtTick} of ${agentTicks}`,
    ],
    ['resume after it, ms †', recoveryMs, '≤ 3000', `longest ${recoveryMaxMs}: the provider was asked nothing`],
    ['calls of a fork before its tick', forkCallsBefore, 0, `after it ${forkCallsAfter}`],
  ];
}
