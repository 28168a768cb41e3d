import type { Simulation, SimulationRow, TickRow } from '../../adapters/postgres';
import type { Settings } from '../../adapters/config/settings';
import type { SimulationSnapshot, SimulationSummary, SimulationView, TicksPage } from '../../contracts/api.schema';
import type { AgentDefinition } from '../../domain/simulation/run/agent-definition';
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

export function simulationSnapshotOf(
  { runId, status, pausedAt, tick, ticks }: SimulationRow,
  { hash, agents }: Simulation,
  latest: TickRow | undefined,
  now: Date,
): SimulationSnapshot {
  const answers = latest?.rounds?.flat() ?? [];
  return {
    ...{ runId, status, paused: pausedAt !== null, tick, ticks, hash },
    ...{ figures: latest?.figures ?? {}, storyline: latest?.storyline ?? null, at: now.toISOString() },
    agents: (agents as unknown as AgentDefinition[]).map(({ id: agentId, kind }) => {
      const last = answers.findLast((answer) => answer.agentId === agentId);
      return { agentId, kind, lastSource: last?.source ?? null };
    }),
  };
}

export function tickOf({ tick, rounds, figures, storyline, mood, hash }: TickRow) {
  return { tick, asked: rounds !== null, figures, storyline, mood, hash };
}

export function tickWithRoundsOf(row: TickRow): TicksPage['items'][number] {
  return { ...tickOf(row), rounds: row.rounds, messages: row.messages ? [...row.messages] : null };
}
