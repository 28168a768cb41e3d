import type { SimulationSummary, SimulationView } from '../../contracts/api.schema';
import { formatUsd } from '../../domain/kernel/money';
import type { Console } from './console';
import { figureLabel, figureText, type Figures } from './figures';
import { table } from './run-table';

/** What stood in the book when it was asked, as a table of figures and a line about the run. */
export function simulationText(view: SimulationView, console: Console): string {
  return [
    ...(view.latest === null ? [] : [figuresTable(view.latest.figures), '']),
    ...(view.latest === null ? [] : [`tick ${view.latest.tick}: ${view.latest.storyline}`]),
    simulationLine(view, console),
    ...(view.hash === null ? [] : [`state hash ${view.hash}`]),
    ...(view.parentRunId === null ? [] : [`forked from ${view.parentRunId} after tick ${view.forkTick}`]),
  ].join('\n');
}

/** Those of all together; then one row for each agent, where there are several. */
function figuresTable(figures: Figures): string {
  const shared = Object.entries(figures).filter(([name]) => !name.includes('.'));
  const rows = shared.map(([name, value]) => [figureLabel(name), figureText(name, value)]);
  const agents = agentRows(figures);
  return table(['figure', 'value'], rows) + (agents === undefined ? '' : `\n\n${agents}`);
}

function agentRows(figures: Figures): string | undefined {
  const byAgent = new Map<string, Map<string, number>>();
  for (const [name, value] of Object.entries(figures)) {
    const at = name.lastIndexOf('.');
    if (at < 0) continue;
    const own = byAgent.get(name.slice(0, at)) ?? new Map<string, number>();
    byAgent.set(name.slice(0, at), own.set(name.slice(at + 1), value));
  }
  if (byAgent.size < 2) return undefined;
  const names = [...[...byAgent.values()][0]!.keys()];
  const cell = (own: Map<string, number>, name: string) => (own.has(name) ? figureText(name, own.get(name)!) : '');
  const rows = [...byAgent].map(([agent, own]) => [agent, ...names.map((name) => cell(own, name))]);
  return table(['agent', ...names.map(figureLabel)], rows);
}

export function simulationLine(simulation: SimulationSummary, console: Console): string {
  const { status, pausedAt, tick, ticks, world, seed, costMicroUsd, reason } = simulation;
  const colour = status === 'completed' ? 'green' : status === 'failed' || status === 'cancelled' ? 'red' : 'cyan';
  const state = `${console.style(colour, status)}${pausedAt === null ? '' : ' (paused)'}`;
  return `${state}: tick ${tick} of ${ticks} of ${world}, seed ${seed}, cost ${formatUsd(costMicroUsd)}${reason === null ? '' : `\n${reason}`}`;
}

export function simulationsTable(items: readonly SimulationSummary[]): string {
  const rows = items.map(({ runId, name, world, status, pausedAt, tick, ticks, costMicroUsd, createdAt }) => [
    ...[runId, name, world, pausedAt === null ? status : `${status} (paused)`, `${tick}/${ticks}`],
    ...[formatUsd(costMicroUsd), createdAt],
  ]);
  return table(['run', 'name', 'world', 'status', 'ticks', 'cost', 'created'], rows);
}
