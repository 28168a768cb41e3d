import { assert, present } from '../kernel/assert';
import type { Json } from '../kernel/canonical-json';
import { AgentBudgets } from '../simulation/budget/agent-budgets';
import { budgetsOf } from '../simulation/budget/budgets-of';
import { SimulationEvent, stopOf } from '../simulation/fast-forward';
import { lastOf, type PlayedTick } from '../simulation/play';
import type { Position } from '../simulation/position';
import { beginAsked, countCall, type Spent } from '../simulation/run/spent';
import { beginTick, resumeTick } from '../simulation/tick';
import type { Answer, Ask, WorldEvent } from '../simulation/world';
import type { WorldEntry } from '../worlds';
import { LlmDecider } from './llm-decider';
import { callInTick, type Deciding, type ModelCall } from './model-call';
import type { Course, Known, PlainTicks, Reached } from './course';
import { ScriptDecider } from './script-decider';
import { Thoughts } from './thoughts';

type Played = PlayedTick<Json, Json, WorldEvent>;

/** Ticks in which agents are asked, by the deciders that the run itself has. */
export class AskedTicks implements PlainTicks {
  private position: Position<Json, Json>;
  private known: Known;
  private readonly answered = new Set<string>();
  private readonly thoughts = new Thoughts();
  private readonly budgets: AgentBudgets;
  private readonly llm: LlmDecider;
  private readonly script: ScriptDecider;

  constructor(
    private readonly entry: WorldEntry,
    start: Position<Json, Json>,
    private readonly course: Extract<Course, { kind: 'asked' }>,
  ) {
    this.position = start;
    this.known = course.known;
    this.thoughts.minds = course.known.minds;
    this.budgets = new AgentBudgets(budgetsOf(course.agents), course.known.budgets);
    this.llm = new LlmDecider(entry, this.thoughts, this.budgets);
    this.script = new ScriptDecider(entry, this.thoughts);
  }

  get reached(): Reached {
    return { position: this.position, known: this.known, answered: [...this.answered].sort() };
  }

  *next(): Deciding<Played | undefined> {
    const calls: string[] = [];
    const played = yield* this.played(calls);
    if (!this.isPlain(played)) return undefined;
    this.thoughts.keep();
    if (this.budgets.endTick().length > 0) return undefined;
    for (const { agentId, source } of played.rounds.flat()) if (source === 'agent') this.answered.add(agentId);
    const isAsked = played.rounds.length > 0;
    const spent = isAsked ? spentAfter(this.known.spent, this.position.tick, calls) : this.known.spent;
    this.known = { minds: this.thoughts.minds, budgets: this.budgets.carry(), spent };
    this.position = played.position;
    return played;
  }

  private *played(calls: string[]): Deciding<Played> {
    const { world } = this.entry;
    const { tick, state, last } = this.position;
    const rounds: Answer<Json>[][] = [];
    let open = beginTick(world, state);
    while (open.ask.length > 0) {
      if (open.round === 0) this.begin();
      const answers: Answer<Json>[] = [];
      for (const ask of open.ask) answers.push(yield* counted(this.answer(ask, tick, open.round), calls));
      rounds.push(answers);
      open = resumeTick(world, open, answers);
    }
    const position = { tick: tick + 1, state: open.state, last: lastOf(last, rounds) };
    return { position, events: open.events, rounds };
  }

  /** As the run does: a tick in which nobody is asked is none of its agents'. */
  private begin(): void {
    this.thoughts.beginTick();
    this.budgets.beginTick();
  }

  private *answer(ask: Ask<Json>, tick: number, round: number): Deciding<Answer<Json>> {
    const found = this.course.agents.find(({ id }) => id === ask.agentId);
    const agent = present(found, `World ${this.entry.world.name} asks "${ask.agentId}", who is not in the run`);
    if (agent.kind === 'script') return this.script.answer(agent, ask);
    assert(agent.kind === 'llm', `Plain ticks: ${agent.id} is a ${agent.kind}, for whom a run has to wait`);
    return yield* this.llm.answer(agent, ask, { tick, round, hints: [] });
  }

  /** Whoever has no answer because of its budget has not failed. */
  private isPlain({ position, events, rounds }: Played): boolean {
    const decided = ({ agentId, source }: Answer<Json>) => source === 'agent' || this.budgets.withheld(agentId);
    if (!rounds.flat().every(decided)) return false;
    const watched = [{ type: SimulationEvent.DAY_START }, ...events];
    return stopOf(this.entry.world, this.course.rules, position, watched) === undefined;
  }
}

function* counted<T>(deciding: Deciding<T>, calls: string[]): Deciding<T> {
  let step = deciding.next();
  while (step.done !== true) {
    const call: ModelCall = step.value;
    step = deciding.next(yield call);
    calls.push(callInTick(call));
  }
  return step.value;
}

/** Recordings cost nothing. */
function spentAfter(before: Spent, tick: number, calls: readonly string[]): Spent {
  const spent = { ...before };
  beginAsked(spent, tick);
  for (const call of calls) countCall(spent, call, 0);
  return spent;
}
