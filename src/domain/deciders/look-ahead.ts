import { assert, present } from '../kernel/assert';
import type { Json } from '../kernel/canonical-json';
import { fingerprint } from '../kernel/fingerprint';
import { AgentBudgets, type CarriedBudgets } from '../simulation/budget/agent-budgets';
import { budgetsOf } from '../simulation/budget/budgets-of';
import { type FastForwardRule, SimulationEvent, stopOf } from '../simulation/fast-forward';
import { lastOf } from '../simulation/play';
import type { Position } from '../simulation/position';
import type { Minds } from '../simulation/run/minds';
import type { SimulatedAgent } from '../simulation/run/simulation-plan';
import { beginTick, resumeTick } from '../simulation/tick';
import type { Answer, Ask } from '../simulation/world';
import type { WorldEntry } from '../worlds';
import { LlmDecider } from './llm-decider';
import type { Deciding, ModelCall } from './model-call';
import { ScriptDecider } from './script-decider';
import { Thoughts } from './thoughts';

/** All that the next ticks follow from, when nobody says anything meanwhile. JSON. */
export interface AheadStart {
  position: Position<Json, Json>;
  agents: readonly SimulatedAgent[];
  rules: readonly FastForwardRule[];
  minds: Minds;
  budgets: CarriedBudgets;
}

/** Nobody else has to be asked, and waited for. */
export function decideHere(agents: readonly SimulatedAgent[]): boolean {
  return agents.every(({ kind }) => kind === 'llm' || kind === 'script');
}

/** The same call has the same key, here and in the run; another view, hint or memory gives another one. */
export function callKeyAhead({ purpose, agent, asked }: ModelCall): string {
  return `${agent.id} ${purpose} ${fingerprint(JSON.stringify(asked))}`;
}

/**
 * Plays the next ticks as the run is going to, by the same deciders, to learn what it will ask. Nothing follows from it:
 * the run plays its ticks itself, and takes of these answers those that fit what it asks.
 */
export function* lookingAhead(entry: WorldEntry, start: AheadStart, ticks: number): Deciding<void> {
  if (!decideHere(start.agents)) return;
  const ahead = new Ahead(entry, start);
  for (let played = 0; played < ticks && ahead.goesOn; played += 1) yield* ahead.tick();
}

class Ahead {
  /** False: from here the run goes on without its agents for a while. */
  goesOn = true;
  private position: Position<Json, Json>;
  private readonly thoughts = new Thoughts();
  private readonly budgets: AgentBudgets;
  private readonly llm: LlmDecider;
  private readonly script: ScriptDecider;

  constructor(
    private readonly entry: WorldEntry,
    private readonly start: AheadStart,
  ) {
    this.position = start.position;
    this.thoughts.minds = start.minds;
    this.budgets = new AgentBudgets(budgetsOf(start.agents), start.budgets);
    this.llm = new LlmDecider(entry, this.thoughts, this.budgets);
    this.script = new ScriptDecider(entry, this.thoughts);
  }

  *tick(): Deciding<void> {
    const { world } = this.entry;
    const { tick, last } = this.position;
    this.thoughts.beginTick();
    this.budgets.beginTick();
    const rounds: Answer<Json>[][] = [];
    let open = beginTick(world, this.position.state);
    while (open.ask.length > 0) {
      const answers: Answer<Json>[] = [];
      for (const ask of open.ask) answers.push(yield* this.answer(ask, open.round));
      rounds.push(answers);
      open = resumeTick(world, open, answers);
    }
    this.thoughts.keep();
    this.budgets.endTick();
    this.position = { tick: tick + 1, state: open.state, last: lastOf(last, rounds) };
    const watched = [{ type: SimulationEvent.DAY_START }, ...open.events];
    this.goesOn = stopOf(world, this.start.rules, this.position, watched) === undefined;
  }

  private *answer(ask: Ask<Json>, round: number): Deciding<Answer<Json>> {
    const found = this.start.agents.find(({ id }) => id === ask.agentId);
    const agent = present(found, `World ${this.entry.world.name} asks "${ask.agentId}", who is not in the run`);
    if (agent.kind === 'script') return this.script.answer(agent, ask);
    assert(agent.kind === 'llm', `Looking ahead: ${agent.id} is a ${agent.kind}, who cannot be asked here`);
    return yield* this.llm.answer(agent, ask, { tick: this.position.tick, round, hints: [] });
  }
}
