import type { ActivityOptions } from '@temporalio/workflow';
import type { IoActivities } from '../../contracts/agent-run';
import type {
  PlayOnResult,
  RecordTicksInput,
  SimulationInput,
  SimulationIoActivities,
  Waypoint,
} from '../../contracts/simulation';
import type { Onward } from '../../domain/deciders/beside';
import type { ProgressDelta } from '../../domain/agents/progress-delta';
import type { RunEnding } from '../../domain/agents/run-ending';
import type { AgentStatus, RunStatus } from '../../domain/agents/run-state';
import { present } from '../../domain/kernel/assert';
import type { Json } from '../../domain/kernel/canonical-json';
import { positionHash, type Position } from '../../domain/simulation/position';
import { Pace } from '../../domain/simulation/run/pace';
import { StretchLog } from '../../domain/simulation/run/stretch-log';
import type { Answer, PartitionMessage } from '../../domain/simulation/world';
import { io } from './io';
import { ParkRun } from './park-run';
import { Recordings } from './recordings';

/** People do not read faster, and a record costs up to 6 history events. */
const RECORD_TICKS = 4;
const RECORD_AFTER_MS = 1_000;

/** How the end of a run ends its agents; whoever is not named is cancelled with it. */
const AGENT_ENDS: Readonly<Partial<Record<RunStatus, AgentStatus>>> = {
  completed: 'completed',
  partially_completed: 'completed',
};

/** It reads every tick of the run: of a million in minutes. */
const CONCLUDING: ActivityOptions = { startToCloseTimeout: '1 hour', heartbeatTimeout: '30 seconds' };

/**
 * Has the ticks that the workflow played written by a process that computes them again: what comes to another hash is not
 * written, and the run is parked. The loop goes on meanwhile, and waits when recording lags behind.
 */
export class TickRecorder {
  seq: number;
  readonly pace: Pace;
  private readonly log = new StretchLog<Json>();
  private from: Waypoint | undefined;
  private sinceMs = 0;
  private notes: ProgressDelta | undefined;
  private readonly recordings: Recordings;

  constructor(private readonly input: SimulationInput) {
    this.seq = input.carried?.progressSeq ?? 0;
    this.pace = new Pace(input.carried?.cpuMsPerTick);
    this.recordings = new Recordings(input, this.pace);
  }

  /** Few ticks of a slow run, a whole slice of a fast one. */
  get isDue(): boolean {
    const { ticks } = this.log;
    const { sliceTicks } = this.pace;
    const waits = ticks >= RECORD_TICKS || ticks >= sliceTicks;
    return ticks >= sliceTicks || (waits && Date.now() - this.sinceMs >= RECORD_AFTER_MS);
  }

  /** No task has ended since the first tick that is not recorded: the workflow's clock stands still within one. */
  get isOfThisTask(): boolean {
    return this.log.ticks > 0 && Date.now() === this.sinceMs;
  }

  /** Recording does not lag behind. */
  get hasRoom(): boolean {
    return this.recordings.hasRoom;
  }

  get hasNotes(): boolean {
    return this.notes !== undefined;
  }

  async begin(position: Position<Json, Json>): Promise<void> {
    this.from = waypoint(position);
    if (this.input.carried) return;
    this.note({ status: 'running', events: [{ type: 'run-started' }], nodes: this.everybody('running') });
    await this.recordNotes();
  }

  decided(tick: number, rounds: readonly (readonly Answer<Json>[])[], heard: readonly PartitionMessage[]): void {
    this.beginStretch();
    this.log.decided(tick, rounds, heard);
  }

  standing(tick: number, untilTick: number, heard: readonly PartitionMessage[]): void {
    this.beginStretch();
    this.log.standing(tick, untilTick, heard);
  }

  /** For the read model, with the next record. */
  note({ events = [], ...delta }: ProgressDelta): void {
    this.notes = { ...this.notes, ...delta, events: [...(this.notes?.events ?? []), ...events] };
  }

  /** Begins to record what was played, as soon as recording does not lag behind. @throws ParkRun when it was refused before */
  async record(position: Position<Json, Json>): Promise<void> {
    await this.makeRoom();
    const stretch = this.takeStretch(position);
    if (stretch.to.tick > stretch.from.tick) this.recordings.submit(stretch);
  }

  /**
   * Has everything recorded, and the ticks after it played and recorded by the process that does it.
   *
   * @throws ParkRun when it is refused
   */
  async playOn(position: Position<Json, Json>, onward: Onward): Promise<PlayOnResult> {
    await this.recordings.settle(0);
    const reached = await this.recordings.playOn({ ...this.takeStretch(position), ...onward });
    this.from = { tick: reached.position.tick, hash: reached.hash };
    return reached;
  }

  /** @throws ParkRun when a recording was refused */
  async makeRoom(): Promise<void> {
    await this.recordings.makeRoom();
  }

  /** Everything is written when it returns. @throws ParkRun when it was refused */
  async flush(position: Position<Json, Json>): Promise<void> {
    await this.record(position);
    await this.recordings.settle(0);
    await this.flushNotes();
  }

  async flushNotes(): Promise<void> {
    if (this.hasNotes) await this.recordNotes();
  }

  /** The last word on the run. What was refused before is in its reason, so it does not stop the end. */
  async end(position: Position<Json, Json>, { status, reasonCode, reason }: RunEnding): Promise<void> {
    const last = { type: `run-${status.replaceAll('_', '-')}`, data: { reasonCode } };
    try {
      await this.flush(position);
    } catch (error) {
      if (!(error instanceof ParkRun)) throw error;
      this.note({ events: [{ type: 'recording-refused', data: { ...error.why } }] });
    }
    const concluded = await this.conclude(position);
    const nodes = this.everybody(AGENT_ENDS[status] ?? 'cancelled');
    this.note({ status, reasonCode, reason, nodes, events: [...concluded, last] });
    await this.recordNotes();
  }

  /** Of what is recorded; a run that recorded nothing has no result. */
  private async conclude({ tick }: Position<Json, Json>): Promise<NonNullable<ProgressDelta['events']>> {
    if (!this.recordings.isEmpty || tick === 0) return [];
    const { tenant, runId } = this.input;
    const data = await io<SimulationIoActivities>(this.input, 'conclude', CONCLUDING).conclude({ tenant, runId, tick });
    return [{ type: 'simulation-concluded', data: { ...data } }];
  }

  /** From the last one to here, with what is to be told of it. */
  private takeStretch(position: Position<Json, Json>): RecordTicksInput {
    const { tenant, runId, plan } = this.input;
    const of = { tenant, runId, worldVersion: plan.worldVersion };
    const from = present(this.from, `Simulation ${runId}: recorded before it began`);
    if (from.tick === position.tick) return { ...of, from, stretches: [], to: from };
    const progress = this.takeNotes();
    this.from = waypoint(position);
    const stretch = { ...of, from, stretches: this.log.take(), to: this.from };
    return { ...stretch, ...(progress ? { progress } : {}) };
  }

  private everybody(status: AgentStatus): NonNullable<ProgressDelta['nodes']> {
    return this.input.plan.agents.map(({ id }) => ({ name: id, status }));
  }

  private beginStretch(): void {
    if (this.log.ticks === 0) this.sinceMs = Date.now();
  }

  private async recordNotes(): Promise<void> {
    const progress = present(this.takeNotes(), 'recordNotes: nothing was noted');
    const { tenant, runId } = this.input;
    await io<IoActivities>(this.input, 'record progress').recordProgress({ tenant, runId, ...progress });
  }

  private takeNotes(): RecordTicksInput['progress'] {
    if (this.notes === undefined) return undefined;
    const delta = this.notes;
    this.notes = undefined;
    this.seq += 1;
    return { seq: this.seq, delta };
  }
}

function waypoint(position: Position<Json, Json>): Waypoint {
  return { tick: position.tick, hash: positionHash(position) };
}
