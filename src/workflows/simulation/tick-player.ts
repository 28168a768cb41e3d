import type { Forwarding, SimulationInput } from '../../contracts/simulation';
import { Beside, decideAlone, isLong, type Onward, TICKS_MIN } from '../../domain/deciders/beside';
import type { Course } from '../../domain/deciders/course';
import { present } from '../../domain/kernel/assert';
import { canonicalJson, type Json } from '../../domain/kernel/canonical-json';
import type { BudgetNews } from '../../domain/simulation/budget/agent-budgets';
import { fastForward, SimulationEvent, stopOf } from '../../domain/simulation/fast-forward';
import type { PartitionGate } from '../../domain/simulation/partitions/partition-gate';
import { lastOf } from '../../domain/simulation/play';
import type { Position } from '../../domain/simulation/position';
import type { ExternalRequests } from '../../domain/simulation/run/external-requests';
import { FailureCount } from '../../domain/simulation/run/failure-count';
import type { Minds } from '../../domain/simulation/run/minds';
import type { SimulationPlan } from '../../domain/simulation/run/simulation-plan';
import { planOn, type SimulationTerms } from '../../domain/simulation/run/simulation-terms';
import type { Hint, SimulationControl } from '../../domain/simulation/run/simulation-control';
import { beginTick, resumeTick } from '../../domain/simulation/tick';
import type { Answer, PartitionMessage, TickSummary, WorldEvent } from '../../domain/simulation/world';
import type { WorldEntry } from '../../domain/worlds';
import { Deciders } from './deciders/deciders';
import { ParkRun } from './park-run';
import type { TickRecorder } from './tick-recorder';

/** Plays ticks from one position to the next: with the answers of all that are asked, or with standing orders. */
export class TickPlayer {
  readonly deciders: Deciders;
  readonly failures: FailureCount;
  readonly beside: Beside;
  forwarding: Forwarding | undefined;
  /** By the terms of now. */
  plan: SimulationPlan;
  private current: Position<Json, Json> | undefined;
  /** Of the last tick, until somebody has looked at it. */
  private news: readonly WorldEvent[] | undefined;

  constructor(
    private readonly input: SimulationInput,
    private readonly entry: WorldEntry,
    private readonly control: SimulationControl,
    private readonly recorder: TickRecorder,
    requests: ExternalRequests,
    /** Of a partition: how far it may play, and what it hears and says. */
    private readonly gate: PartitionGate | undefined,
  ) {
    this.plan = input.plan;
    this.failures = new FailureCount(input.carried?.failures);
    this.beside = new Beside(input.carried?.beside);
    this.forwarding = input.carried?.forwarding;
    this.deciders = new Deciders(
      input,
      entry,
      requests,
      (agentId) => this.position.last[agentId],
      () => control.isStopping,
    );
  }

  get position(): Position<Json, Json> {
    return present(this.current, `Simulation ${this.input.runId} has not begun`);
  }

  /** How many ticks are done. */
  get tick(): number {
    return this.current?.tick ?? 0;
  }

  begin(position: Position<Json, Json>, minds: Minds): void {
    this.current = position;
    this.deciders.thoughts.minds = minds;
  }

  /** @returns whether anything is different by these terms; the next tick is the first by them */
  goOnBy(terms: SimulationTerms): boolean {
    const plan = planOn(this.plan, terms);
    if (canonicalJson(plan) === canonicalJson(this.plan)) return false;
    this.plan = plan;
    this.deciders.limitAnew(plan.agents);
    return true;
  }

  /** A tick was played since the last look. */
  get hasNews(): boolean {
    return this.news !== undefined;
  }

  dropNews(): void {
    this.news = undefined;
  }

  /** The last tick in a row; null: none since the last look. */
  takeNews(): TickSummary | null {
    const events = this.news;
    this.dropNews();
    return events === undefined ? null : this.entry.world.summarise(this.position.state, events);
  }

  /** One tick with agents, or a slice of them without. @throws ParkRun */
  async play(): Promise<void> {
    if (this.forwarding) this.playStanding(this.forwarding);
    else await this.playAsked();
  }

  /** How the next ticks can be played beside the workflow; undefined: here. The partitions of a simulation hear each other. */
  get onward(): Onward | undefined {
    if (this.gate) return undefined;
    const { course } = this;
    if (course === undefined) return undefined;
    const untilTick = this.beside.untilTick(course.kind, this.tick, this.control.bound(this.lastTick));
    return untilTick === undefined ? undefined : { course, untilTick };
  }

  /** @throws ParkRun */
  async playOn(onward: Onward): Promise<void> {
    const reached = await this.recorder.playOn(this.position, onward);
    this.beside.ended(this.tick, onward, reached);
    if (reached.known) this.deciders.goOnFrom(reached.known);
    for (const agentId of reached.answered) this.failures.answered(agentId);
    this.current = reached.position;
    this.control.reached(this.tick);
  }

  private get course(): Course | undefined {
    const { forwarding, plan } = this;
    const { spent } = this.deciders;
    if (forwarding)
      return isLong(forwarding, this.tick) ? { kind: 'standing', wake: forwarding.wake, spent } : undefined;
    const { agents, rules, cassette } = plan;
    if (this.control.hintCount > 0 || !decideAlone(agents, cassette === 'replay')) return undefined;
    return { kind: 'asked', agents, rules, known: this.deciders.known };
  }

  private async playAsked(): Promise<void> {
    const heard = this.gate?.heard ?? [];
    const { events, rounds, state } = await this.withHints((hints) => this.askedTick(hints, heard));
    const { tick, last } = this.position;
    this.recorder.decided(tick, rounds, heard);
    this.deciders.thoughts.keep();
    const news = this.deciders.budgets.endTick();
    this.reach({ tick: tick + 1, state, last: lastOf(last, rounds) });
    this.say(this.position, events);
    const watched = [{ type: SimulationEvent.DAY_START }, ...events];
    const stop = stopOf(this.entry.world, this.plan.rules, this.position, watched);
    if (stop) this.forwarding = { ...stop, fromTick: this.tick };
    this.tellBudgets(news);
    this.countFailures(rounds.flat());
    this.parkOverBudget(news);
  }

  /** A tick that could not be played begins again later, with the same prompts. */
  private async withHints<T>(play: (hints: readonly Hint[]) => Promise<T>): Promise<T> {
    const hints = this.control.takeHints();
    try {
      return await play(hints);
    } catch (error) {
      for (const hint of hints) this.control.hint(hint);
      throw error;
    }
  }

  private async askedTick(
    hints: readonly Hint[],
    heard: readonly PartitionMessage[],
  ): Promise<{ state: Json; events: WorldEvent[]; rounds: Answer<Json>[][] }> {
    const { world } = this.entry;
    const rounds: Answer<Json>[][] = [];
    let open = beginTick(world, this.position.state, heard);
    while (open.ask.length > 0) {
      const answers = await this.deciders.decide(open.ask, { tick: this.tick, round: open.round, hints });
      rounds.push(answers);
      open = resumeTick(world, open, answers);
    }
    return { state: open.state, events: open.events, rounds };
  }

  private playStanding(forwarding: Forwarding): void {
    const from = this.tick;
    const { lastTick } = this;
    const stop = { untilTick: this.control.bound(this.bound(lastTick)), wake: forwarding.wake };
    const { world } = this.entry;
    const heard = this.gate?.heard ?? [];
    const say = (played: { position: Position<Json, Json>; events: WorldEvent[] }) =>
      this.say(played.position, played.events);
    const { position, wokenBy } = fastForward(world, this.position, stop, this.sliceTicks, say, heard);
    if (position.tick > from) {
      this.recorder.standing(from, position.tick, heard);
      this.reach(position);
    }
    if (wokenBy !== undefined || this.tick >= lastTick) this.endForwarding(forwarding, wokenBy);
  }

  /** What is left of a long one is played beside the workflow. */
  private get sliceTicks(): number {
    return this.gate ? this.recorder.pace.sliceTicks : TICKS_MIN;
  }

  private get lastTick(): number {
    return Math.min(this.forwarding?.untilTick ?? Infinity, this.input.plan.ticks);
  }

  private endForwarding({ fromTick }: Forwarding, wokenBy: string | undefined): void {
    this.forwarding = undefined;
    const saved = this.deciders.savedBy(this.tick - fromTick);
    const data = { fromTick, untilTick: this.tick, ...(wokenBy === undefined ? {} : { wokenBy }), ...saved };
    this.recorder.note({ events: [{ type: 'fast-forwarded', data }] });
  }

  private bound(untilTick: number): number {
    return this.gate ? Math.min(untilTick, this.gate.untilTick) : untilTick;
  }

  /** What viewers and the other partitions hear of a tick that is done. */
  private say({ tick, state }: Position<Json, Json>, events: readonly WorldEvent[]): void {
    this.news = events;
    this.gate?.played(tick, this.entry.world.outgoing?.(state, events) ?? []);
  }

  private reach(position: Position<Json, Json>): void {
    this.recorder.pace.played(position.tick - this.tick);
    this.current = position;
    this.control.reached(position.tick);
  }

  private tellBudgets(news: readonly BudgetNews[]): void {
    const events = news.map(({ agentId, said, ...data }) => ({
      ...{ type: `budget-${said}`, node: agentId, data: { tick: this.tick, ...data } },
    }));
    if (events.length > 0) this.recorder.note({ events });
  }

  /** Once for each limit and window: who resumes the run wants it to go on with fallbacks. */
  private parkOverBudget(news: readonly BudgetNews[]): void {
    const over = news.find(({ agentId, severity }) => severity === 'hard_fail' && this.deciders.budgets.parks(agentId));
    if (over === undefined) return;
    const { agentId, budgetType, usage, limit } = over;
    const reason = `Agent "${agentId}" used ${usage} of ${limit} of its budget ${budgetType}.`;
    throw new ParkRun({ reasonCode: 'agent_over_budget', reason });
  }

  private countFailures(answers: readonly Answer<Json>[]): void {
    for (const { agentId, source } of answers) {
      if (source === 'agent') this.failures.answered(agentId);
      else if (source === 'fallback' && !this.deciders.budgets.withheld(agentId)) this.failures.failed(agentId);
    }
    const { inARow, then } = this.plan.failures;
    const agentId = this.failures.takeTooMany(inARow);
    if (agentId === undefined) return;
    const reason = `Agent "${agentId}" failed ${inARow} times in a row; the last time: ${lastFeedback(answers, agentId)}`;
    throw new ParkRun({ reasonCode: 'agent_failing', reason }, then === 'end');
  }
}

function lastFeedback(answers: readonly Answer<Json>[], failing: string): string {
  return answers.findLast(({ agentId }) => agentId === failing)?.feedback.at(-1) ?? 'no reason was given';
}
