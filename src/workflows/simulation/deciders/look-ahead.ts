import { isCancellation } from '@temporalio/workflow';
import type {
  AheadAnswer,
  AheadAnswers,
  LookAheadInput,
  SimulationFastActivities,
  SimulationInput,
} from '../../../contracts/simulation';
import { type AheadStart, callKeyAhead, decideHere } from '../../../domain/deciders/look-ahead';
import type { DecideResult, ModelCall } from '../../../domain/deciders/model-call';
import type { PlayedCall } from '../../../domain/llm/played-call';
import type { FastLane } from '../../fast-lane';

/** With 4 ms of the workflow's own time for each, within the slice of a task that is good for others. */
const TICKS_AHEAD = 16;

/**
 * The answers of a cassette to the next ticks, brought by one local activity instead of one for each call. A call that is
 * not among them is made as if there were none. They are stored with the ticks in which they were taken, so that those
 * of ticks that come otherwise – a hint, a stop – leave no trace.
 */
export class LookAhead {
  private answers: ReadonlyMap<string, AheadAnswer> = new Map();
  private untilTick = 0;
  private taken: PlayedCall[] = [];
  /** Until the run goes on in a new history: what failed once would fail every few ticks. */
  private isBroken = false;

  constructor(
    private readonly input: SimulationInput,
    private readonly lane: FastLane<SimulationFastActivities>,
  ) {}

  /** Before this tick is played. */
  isDue(tick: number): boolean {
    const { plan, seat } = this.input;
    if (this.isBroken) return false;
    return tick >= this.untilTick && plan.cassette === 'replay' && seat === undefined && decideHere(plan.agents);
  }

  /** Where the cassette was silent, calls are made one by one for as many ticks: that may be so every day. */
  async from(start: AheadStart): Promise<void> {
    const { tenant, runId, plan } = this.input;
    const { tick } = start.position;
    const ticks = Math.min(TICKS_AHEAD, plan.ticks - tick);
    const { answers, goesOn } = await this.answersFrom({ tenant, runId, start, ticks });
    this.answers = new Map(answers.map((answer) => [answer.key, answer]));
    this.untilTick = goesOn && answers.length > 0 ? answers.at(-1)!.tick + 1 : tick + ticks;
  }

  take(call: ModelCall): DecideResult | undefined {
    if (this.answers.size === 0) return undefined;
    const answer = this.answers.get(callKeyAhead(call));
    if (answer === undefined) return undefined;
    this.taken.push(answer.played);
    return answer.result;
  }

  /** Since the last time. */
  takePlayed(): PlayedCall[] {
    return this.taken.splice(0);
  }

  private async answersFrom(input: LookAheadInput): Promise<AheadAnswers> {
    try {
      return await this.lane.tryOnce((fast) => fast.lookAhead(input));
    } catch (error) {
      if (isCancellation(error)) throw error;
      this.isBroken = true; // the activity has logged it; calls are made one by one from here on
      return { answers: [], goesOn: false };
    }
  }
}
