import type { Simulation, SimulationRow, TickRow } from '../../adapters/postgres';
import type { Settings } from '../../adapters/config/settings';
import type { SimulationSummary, SimulationView, TicksPage } from '../../contracts/api.schema';
import { linksOf } from './run-views';

/** Rows of the read model as the wire shows them. Pure: no queries here. */
export function simulationLinksOf({ runId, workflowId }: { runId: string; workflowId: string }, settings: Settings) {
  const { self: run, temporalUi } = linksOf(runId, workflowId, settings);
  const self = `/simulations/${runId}`;
  return { self, ticks: `${self}/ticks`, events: `${self}/events`, run, temporalUi };
}

export function simulationSummaryOf({ workflowId: _, ...row }: SimulationRow): SimulationSummary {
  const iso = (date: Date | null) => date?.toISOString() ?? null;
  return {
    ...row,
    ...{ createdAt: row.createdAt.toISOString(), startedAt: iso(row.startedAt), completedAt: iso(row.completedAt) },
    pausedAt: iso(row.pausedAt),
  };
}

export function simulationViewOf(
  row: SimulationRow,
  { worldVersion, scenario, agents, rules, change, hash, scenarioId, resultRef }: Simulation,
  latest: TickRow | undefined,
  settings: Settings,
): SimulationView {
  return {
    ...simulationSummaryOf(row),
    ...{ worldVersion, scenario, agents, rules, change, hash, scenarioId, resultRef, workflowId: row.workflowId },
    latest: latest ? tickOf(latest) : null,
    links: simulationLinksOf(row, settings),
  };
}

export function tickOf({ tick, rounds, figures, storyline, mood, hash }: TickRow) {
  return { tick, asked: rounds !== null, figures, storyline, mood, hash };
}

export function tickWithRoundsOf(row: TickRow): TicksPage['items'][number] {
  return { ...tickOf(row), rounds: row.rounds, messages: row.messages ? [...row.messages] : null };
}
