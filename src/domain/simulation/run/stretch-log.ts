import { assert } from '../../kernel/assert';
import type { Stretch } from '../replay';
import type { Answer, PartitionMessage } from '../world';

/** What was decided since the last recording. Ticks in which nobody was asked are one entry, however many they are. */
export class StretchLog<D> {
  private stretches: Stretch<D>[] = [];
  private ticksHeld = 0;

  get ticks(): number {
    return this.ticksHeld;
  }

  decided(tick: number, rounds: readonly (readonly Answer<D>[])[], messages: readonly PartitionMessage[] = []): void {
    this.stretches.push({ kind: 'decided', tick, rounds, ...heard(messages) });
    this.ticksHeld += 1;
  }

  standing(tick: number, untilTick: number, messages: readonly PartitionMessage[] = []): void {
    assert(untilTick > tick, `StretchLog: from tick ${tick} to ${untilTick} there is nothing`);
    const last = this.stretches.at(-1);
    if (last?.kind === 'standing' && last.untilTick === tick && messages.length === 0)
      this.stretches.splice(-1, 1, { ...last, untilTick });
    else this.stretches.push({ kind: 'standing', tick, untilTick, ...heard(messages) });
    this.ticksHeld += untilTick - tick;
  }

  take(): Stretch<D>[] {
    const taken = this.stretches;
    this.stretches = [];
    this.ticksHeld = 0;
    return taken;
  }
}

function heard(messages: readonly PartitionMessage[]): { messages?: readonly PartitionMessage[] } {
  return messages.length === 0 ? {} : { messages };
}
