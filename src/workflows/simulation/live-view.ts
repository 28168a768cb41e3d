import { proxySinks, workflowInfo } from '@temporalio/workflow';
import type { LiveFrameSinks } from '../../contracts/live-frames';
import type { SimulationInput } from '../../contracts/simulation';
import type { LiveState } from '../../domain/simulation/record/live-frame';
import type { SimulationControl } from '../../domain/simulation/run/simulation-control';
import type { TickPlayer } from './tick-player';

const { liveFrames } = proxySinks<LiveFrameSinks>();

/** What whoever looks on sees: a frame of each tick that is played here, and of each other state. Nothing waits for it, and a replay shows nothing. */
export class LiveView {
  private shown: LiveState | undefined;

  constructor(
    private readonly input: SimulationInput,
    private readonly player: TickPlayer,
    private readonly control: SimulationControl,
  ) {}

  show(ended = false): void {
    const { tenant, runId, plan } = this.input;
    const state = ended ? 'ended' : this.state;
    const isNews = this.player.hasNews || state !== this.shown;
    this.shown = state;
    const { isReplayingHistoryEvents } = workflowInfo().unsafe;
    if (!isNews || isReplayingHistoryEvents) return this.player.dropNews();
    const { calls, costMicroUsd } = this.player.deciders.spent;
    const summary = this.player.takeNews();
    const { tick } = this.player;
    liveFrames.show(tenant, runId, { tick, ticks: plan.ticks, state, summary, calls, costMicroUsd });
  }

  private get state(): LiveState {
    if (this.control.parked) return 'parked';
    if (this.control.isHeld) return 'paused';
    return this.player.forwarding ? 'forwarding' : 'going';
  }
}
