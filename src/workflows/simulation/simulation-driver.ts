import { CancellationScope, condition, sleep, workflowInfo } from '@temporalio/workflow';
import type { CarriedSimulation, SimulationInput, SimulationResult } from '../../contracts/simulation';
import type { RunEnding } from '../../domain/agents/run-ending';
import type { Json } from '../../domain/kernel/canonical-json';
import { LonghaulError } from '../../domain/kernel/errors';
import { positionHash, type Position } from '../../domain/simulation/position';
import type { Done } from '../../domain/simulation/partitions/tick-barrier';
import { ExternalRequests } from '../../domain/simulation/run/external-requests';
import type { Minds } from '../../domain/simulation/run/minds';
import { SimulationControl } from '../../domain/simulation/run/simulation-control';
import {
  type AgreedTerms,
  type SimulationTerms,
  TERMS_CHANGED,
  TERMS_REFUSED,
} from '../../domain/simulation/run/simulation-terms';
import { type WorldEntry, worldOf } from '../../domain/worlds';
import { showStatus } from '../run-details';
import { CANCELLED, COMPLETED, endingAfter, stopped } from './endings';
import { LiveView } from './live-view';
import { ParkRun } from './park-run';
import { Seat } from './seat';
import { showTick } from './simulation-details';
import { TickGivenUp } from './tick-given-up';
import { TickPlayer } from './tick-player';
import { TickRecorder } from './tick-recorder';
import { unfitTerms } from './unfit-terms';
import { takenOver, upgradeProblem } from './upgrade';

/** A history of this length replays in half a second. */
const CONTINUE_AS_NEW_EVENTS = 2_500;
const CONTINUE_AS_NEW_BYTES = 2 * 1024 * 1024;

const NEWS_EVENTS = { paused: 'run-paused', going: 'run-resumed' } as const;

/** The loop of one run: between two ticks it looks at what people said, at its history's length, and at what is to be recorded. */
export class SimulationDriver {
  readonly control: SimulationControl;
  readonly requests: ExternalRequests;
  readonly recorder: TickRecorder;
  readonly player: TickPlayer;
  /** Of a partition: its place beside the others. */
  readonly seat: Seat | undefined;
  private readonly live: LiveView;
  /** Why follows from the code of a version, which may be mended: the refusal is not replayed for longer than this history. */
  private hasRefused = false;

  constructor(
    readonly input: SimulationInput,
    readonly entry: WorldEntry,
  ) {
    this.control = new SimulationControl(input.carried?.control);
    this.requests = new ExternalRequests(input.carried?.requests);
    this.recorder = new TickRecorder(input);
    this.seat = input.seat && new Seat(input.seat, this.control, input.carried?.gate);
    const gate = this.seat?.gate;
    this.player = new TickPlayer(input, entry, this.control, this.recorder, this.requests, gate);
    this.live = new LiveView(input, this.player, this.control);
  }

  async begin(position: Position<Json, Json>, minds: Minds): Promise<void> {
    this.player.begin(position, minds);
    await CancellationScope.nonCancellable(() => this.recorder.begin(position));
    this.seat?.attend();
  }

  /** @returns how the run ends; undefined when it has to go on in a new history */
  async driveToEnd(): Promise<RunEnding | undefined> {
    try {
      while (!this.isOver) {
        if (CancellationScope.current().consideredCancelled) return CANCELLED;
        this.agree();
        if (this.control.isHeld) await this.hold();
        else if (this.seat?.isOpen !== true && (this.isOtherVersion || this.hasRefused || this.historyIsLong)) {
          if (await this.isAllRecorded()) return undefined;
        } else if (this.seat?.isOpen === false) await this.rest(this.seat);
        else await this.step();
      }
    } catch (error) {
      return endingAfter(error, this.input, this.player.position);
    }
    const { ticks } = this.input.plan;
    return this.player.tick < ticks ? stopped(this.player.tick, ticks) : COMPLETED;
  }

  async finish(given: RunEnding): Promise<SimulationResult> {
    const { player, recorder } = this;
    const ending = this.seat?.endingInstead ?? given;
    await recorder.end(player.position, ending);
    this.show(ending);
    showStatus(ending.status);
    const { status, reasonCode, reason } = ending;
    const { costMicroUsd } = player.deciders.spent;
    const hash = positionHash(player.position);
    await this.seat?.leave({ status, reasonCode, reason }, { ...this.done, hash });
    return { status, reasonCode, reason, ticks: player.tick, hash, costMicroUsd };
  }

  carry(): CarriedSimulation {
    const { player, recorder } = this;
    const { position, deciders } = player;
    const standing = { position, minds: deciders.thoughts.minds };
    return {
      ...takenOver(player.plan, this.entry.world.version, standing),
      control: this.control.carry(),
      failures: player.failures.carry(),
      requests: this.requests.carry(),
      ...(player.forwarding ? { forwarding: player.forwarding } : {}),
      spent: deciders.spent,
      budgets: deciders.budgets.carry(),
      progressSeq: recorder.seq,
      cpuMsPerTick: recorder.pace.cpuMsPerTick,
      beside: player.beside.carry(),
      ...(this.seat ? { gate: this.seat.gate.carry() } : {}),
    };
  }

  private get isOver(): boolean {
    return this.control.isStopping || this.player.tick >= this.input.plan.ticks;
  }

  private async step(): Promise<void> {
    if (this.announce()) await CancellationScope.nonCancellable(() => this.recorder.flushNotes());
    try {
      await this.play();
      this.live.show(); // before it waits for recording
      if (this.recorder.isDue && !this.player.onward) await CancellationScope.nonCancellable(() => this.record());
    } catch (error) {
      this.parkFor(error);
    }
    if (this.seat?.isOpen === false && !this.isOver) await this.seat.arrive(this.done);
    this.show();
  }

  private async play(): Promise<void> {
    const { player } = this;
    const { onward } = player;
    if (onward && player.beside.fits(player.position, onward))
      await CancellationScope.nonCancellable(() => player.playOn(onward));
    else await player.play();
  }

  /** Terms that people changed hold from the next tick on; who reads the run's events sees which held when. */
  private agree(): void {
    for (const terms of this.control.takeTerms()) {
      const agreed: AgreedTerms = { tick: this.player.tick, ...terms };
      const reason = this.refusalOf(terms);
      if (reason !== undefined) this.recorder.note({ events: [{ type: TERMS_REFUSED, data: { ...agreed, reason } }] });
      else if (this.player.goOnBy(terms))
        this.recorder.note({ events: [{ type: TERMS_CHANGED, data: { ...agreed } }] });
    }
  }

  /** They were fit when they were said. Whether another version can take over is seen where the run stands. */
  private refusalOf(terms: SimulationTerms): string | undefined {
    const { plan, position, forwarding } = this.player;
    const { worldVersion = plan.worldVersion } = terms;
    expectHeld(plan.world, worldVersion);
    const unfit = unfitTerms(plan, forwarding, terms);
    const isSame = worldVersion === this.entry.world.version;
    const reason =
      unfit ?? (isSame ? undefined : upgradeProblem(plan, this.entry.world.version, position, worldVersion));
    this.hasRefused ||= reason !== undefined;
    return reason;
  }

  /** The next tick is played by another version than this history's. */
  private get isOtherVersion(): boolean {
    return this.player.plan.worldVersion !== this.entry.world.version;
  }

  /** Between two windows. What was played is recorded when the next one does not come at once. */
  private async rest(seat: Seat): Promise<void> {
    if ((await seat.rest()) === 'idle')
      await CancellationScope.nonCancellable(() => this.recorder.flush(this.player.position));
  }

  private get done(): Done {
    const { calls, costMicroUsd } = this.player.deciders.spent;
    const { tick } = this.player;
    return { tick, calls, costMicroUsd, cpuMs: Math.round(tick * this.recorder.pace.cpuMsPerTick) };
  }

  /**
   * A command leaves with the end of a task: after ticks that waited for nobody it is ended, or recording would wait for the
   * next slice. When enough is under way, the end of a recording begins the next task; else a timer does.
   */
  private async record(): Promise<void> {
    const { recorder } = this;
    const isSlice = recorder.isOfThisTask;
    await recorder.record(this.player.position);
    if (!isSlice) return;
    if (recorder.hasRoom) await sleep(1, { summary: 'let the recording begin' });
    else await recorder.makeRoom();
  }

  /** Waits for a person. When they read that it waits, everything that was played is recorded. */
  private async hold(): Promise<void> {
    const { control, recorder, player } = this;
    await CancellationScope.nonCancellable(async () => {
      await recorder.flush(player.position).catch((error: unknown) => this.parkFor(error));
      this.announce();
      await recorder.flushNotes();
    });
    this.show();
    const isTold = () => recorder.hasNotes || control.waitingTerms.length > 0;
    await condition(() => !control.isHeld || control.isStopping || isTold());
  }

  /** @returns whether there is something to tell */
  private announce(): boolean {
    const news = this.control.takeNews();
    if (news === undefined) return false;
    const event =
      news === 'parked' ? { type: 'run-parked', data: { ...this.control.parked } } : { type: NEWS_EVENTS[news] };
    this.recorder.note({ paused: news !== 'going', events: [event] });
    return true;
  }

  private parkFor(error: unknown): void {
    if (error instanceof TickGivenUp) return;
    // A partition that waited for a person would hold back all the others.
    if (!(error instanceof ParkRun) || error.ends || this.seat) throw error;
    this.control.park(error.why);
  }

  private show(ending?: RunEnding): void {
    showTick({ ticks: this.input.plan.ticks, player: this.player, control: this.control }, ending);
    this.live.show(ending !== undefined);
  }

  private get historyIsLong(): boolean {
    const { historyLength, historySize, continueAsNewSuggested } = workflowInfo();
    return (
      historyLength >= (this.input.continueAsNewAfterEvents ?? CONTINUE_AS_NEW_EVENTS) ||
      historySize >= CONTINUE_AS_NEW_BYTES ||
      continueAsNewSuggested ||
      this.recorder.pace.isHistorySpent
    );
  }

  /** The next history begins with a snapshot and nothing else. False: the recording was refused, and the run is parked. */
  private async isAllRecorded(): Promise<boolean> {
    try {
      await CancellationScope.nonCancellable(() => this.recorder.flush(this.player.position));
      return true;
    } catch (error) {
      this.parkFor(error);
      return false;
    }
  }
}

/** Of a version that this worker does not hold nothing can be said: the task fails, and a worker that holds it goes on. */
function expectHeld(world: string, version: number): void {
  if (worldOf(world, version) === undefined) throw new LonghaulError('WorldMissing', { world, version });
}
