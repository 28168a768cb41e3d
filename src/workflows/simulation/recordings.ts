import { ActivityFailure, ApplicationFailure } from '@temporalio/workflow';
import type { PlayOnInput, PlayOnResult, RecordTicksInput, SimulationInput } from '../../contracts/simulation';
import { assert, present } from '../../domain/kernel/assert';
import { positionHash } from '../../domain/simulation/position';
import type { Pace } from '../../domain/simulation/run/pace';
import { book } from './io';
import { ParkRun } from './park-run';

/** One is written while the next one waits for it: else nothing would be written until the task that plays has ended. */
const UNDER_WAY_MAX = 2;

/** A stretch that a process was asked to write. */
interface Recording {
  input: RecordTicksInput;
  ended: Promise<void>;
  /** Why it was refused. */
  failure?: unknown;
}

/** Stretches of a run that are being written. What was refused stays among them, and is tried once more with the next one. */
export class Recordings {
  /** In their order: each begins where the one before it ends. */
  private readonly underWay: Recording[] = [];

  constructor(
    private readonly input: SimulationInput,
    private readonly pace: Pace,
  ) {}

  /** Recording does not lag behind. */
  get hasRoom(): boolean {
    return this.underWay.length < UNDER_WAY_MAX;
  }

  get isEmpty(): boolean {
    return this.underWay.length === 0;
  }

  /** @throws ParkRun when one was refused again */
  async makeRoom(): Promise<void> {
    await this.settle(UNDER_WAY_MAX - 1);
  }

  /** Until so many are under way. @throws ParkRun when one was refused again */
  async settle(atMost: number): Promise<void> {
    for (const refused of this.underWay.filter(({ failure }) => failure !== undefined)) this.start(refused);
    while (this.underWay.length > atMost) {
      const first = present(this.underWay[0], 'settle: nothing is under way');
      await first.ended;
      if (first.failure !== undefined) throw parkFor(first.failure);
    }
  }

  submit(input: RecordTicksInput): void {
    const recording: Recording = { input, ended: Promise.resolve() };
    this.underWay.push(recording);
    this.pace.sliceEnded();
    this.start(recording);
  }

  /** After all others. @throws ParkRun when it was refused: what was to be recorded first stays to be recorded */
  async playOn(asked: PlayOnInput): Promise<PlayOnResult> {
    assert(this.isEmpty, `Simulation ${asked.runId}: ${this.underWay.length} recordings are under way`);
    const { course: _, untilTick, ...stretch } = asked;
    try {
      const summary = `ticks ${stretch.to.tick + 1}–${untilTick} beside the workflow`;
      const reached = await book(this.input, summary).playOn(asked);
      this.pace.cpuMsPerTick = reached.cpuMsPerTick ?? this.pace.cpuMsPerTick;
      return hashed(reached);
    } catch (failure) {
      const unwritten = stretch.to.tick > stretch.from.tick;
      if (unwritten) this.underWay.push({ input: stretch, ended: Promise.resolve(), failure });
      throw parkFor(failure);
    }
  }

  private start(recording: Recording): void {
    const { from, to } = recording.input;
    delete recording.failure;
    recording.ended = book(this.input, `ticks ${from.tick + 1}–${to.tick}`)
      .recordTicks(recording.input)
      .then(
        ({ cpuMsPerTick }) => {
          this.pace.cpuMsPerTick = cpuMsPerTick;
          this.underWay.splice(this.underWay.indexOf(recording), 1);
        },
        (error: unknown) => {
          recording.failure = error;
        },
      );
  }
}

/** What was recorded is what came here. */
function hashed(reached: PlayOnResult): PlayOnResult {
  const found = positionHash(reached.position);
  const said = `playOn said ${reached.hash} of tick ${reached.position.tick}, and brought ${found}`;
  assert(found === reached.hash, said);
  return reached;
}

/** Only a refusal comes here: whatever may pass by itself is repeated by Temporal without end. */
function parkFor(failure: unknown): ParkRun {
  if (!(failure instanceof ActivityFailure)) throw failure;
  const { cause } = failure;
  const reason = cause instanceof ApplicationFailure ? cause.message : `${failure.message}: ${cause?.message ?? ''}`;
  return new ParkRun({ reasonCode: 'recording_refused', reason });
}
