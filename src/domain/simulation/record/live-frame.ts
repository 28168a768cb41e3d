import type { TickSummary } from '../world';

export type LiveState = 'going' | 'forwarding' | 'paused' | 'parked' | 'ended';

/** What a run shows of itself while it lasts, before anything is recorded. It may be lost, and may come twice. */
export interface LiveFrame {
  /** How many ticks are done. */
  tick: number;
  ticks: number;
  state: LiveState;
  /** Of the last tick; null where only the state is another. */
  summary: TickSummary | null;
  /** Of models, so far. */
  calls: number;
  costMicroUsd: number;
}

/** As a viewer gets it: as it was shown, or a tick as it is recorded. */
export type ViewerFrame = ({ source: 'live' } & LiveFrame) | { source: 'record'; tick: number; summary: TickSummary };

/** What one viewer has seen: no tick goes back, whether frames come twice or the record brings what they brought. */
export class ShownFrames {
  private state: LiveState | undefined;

  /** @param tick the last one that was shown */
  constructor(private at: number) {}

  get tick(): number {
    return this.at;
  }

  /** @returns whether it is to be shown; then it counts as shown */
  take({ tick, state }: Pick<LiveFrame, 'tick'> & { state?: LiveState }): boolean {
    if (tick < this.at || (tick === this.at && (state === undefined || state === this.state))) return false;
    this.at = tick;
    this.state = state ?? this.state;
    return true;
  }
}
