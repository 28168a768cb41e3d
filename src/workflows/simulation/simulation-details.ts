import { setCurrentDetails } from '@temporalio/workflow';
import type { RunEnding } from '../../domain/agents/run-ending';
import { formatUsd } from '../../domain/kernel/money';
import type { SimulationControl } from '../../domain/simulation/run/simulation-control';
import type { TickPlayer } from './tick-player';

/** What is shown of a run. */
interface Shown {
  ticks: number;
  player: TickPlayer;
  control: SimulationControl;
}

/** The live line of the Web UI. Costs no history event. */
export function showTick({ ticks, player, control }: Shown, ending?: RunEnding): void {
  const status = ending?.status ?? (control.parked ? 'parked' : control.isHeld ? 'paused' : 'running');
  const why = ending?.reason ?? control.parked?.reason;
  const { calls, costMicroUsd } = player.deciders.spent;
  setCurrentDetails(
    `**${status}** · tick ${player.tick} of ${ticks} · ${calls} calls · ${formatUsd(costMicroUsd)}${why ? `\n\n${why}` : ''}`,
  );
}
