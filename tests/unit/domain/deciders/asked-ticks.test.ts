import type { AgentOf } from '../../../../src/domain/deciders/asked-at';
import { decideAlone } from '../../../../src/domain/deciders/beside';
import type { Course, Known } from '../../../../src/domain/deciders/course';
import { LlmDecider } from '../../../../src/domain/deciders/llm-decider';
import type { DecideResult, ModelCall, ReviewResult } from '../../../../src/domain/deciders/model-call';
import { plainTicks } from '../../../../src/domain/deciders/plain-ticks';
import { ScriptDecider } from '../../../../src/domain/deciders/script-decider';
import { Thoughts } from '../../../../src/domain/deciders/thoughts';
import type { Json } from '../../../../src/domain/kernel/canonical-json';
import { AgentBudgets } from '../../../../src/domain/simulation/budget/agent-budgets';
import { DEFAULT_BUDGET } from '../../../../src/domain/simulation/budget/budget-limits';
import { budgetsOf } from '../../../../src/domain/simulation/budget/budgets-of';
import { reviewByRules } from '../../../../src/domain/simulation/memory/memory-review';
import { play } from '../../../../src/domain/simulation/play';
import { type Position, positionHash, startingPosition } from '../../../../src/domain/simulation/position';
import type { SimulatedAgent } from '../../../../src/domain/simulation/run/simulation-plan';
import type { Answer } from '../../../../src/domain/simulation/world';
import { STANDARD_MARKET } from '../../../../src/domain/worlds/marketplace/scenario';
import { newestWorld } from '../../../../src/domain/worlds';

const entry = newestWorld('marketplace')!;
const budget = { limits: DEFAULT_BUDGET, then: 'fallback' } as const;
const north: AgentOf<'llm'> = { id: 'north', kind: 'llm', timeoutSeconds: 5, memory: { mode: 'reflective' }, budget };
const south: AgentOf<'llm'> = { id: 'south', kind: 'llm', timeoutSeconds: 5, secondThoughts: 'blocking' };
const bot: AgentOf<'script'> = { id: 'west', kind: 'script', bot: 'greedy-script' };
const AGENTS = [north, south, bot];

type Asked = Extract<Course, { kind: 'asked' }>;
interface Stand {
  position: Position<Json, Json>;
  course: Asked;
}

const nothingKnown: Known = { minds: {}, budgets: [], spent: { costMicroUsd: 0, calls: 0, askedTicks: 0 } };

function opening(agents: readonly SimulatedAgent[] = AGENTS): Stand {
  const ids = agents.map(({ id }) => id);
  const state = entry.world.init(entry.cast(STANDARD_MARKET as unknown as Json, ids, 30), 5);
  return { position: startingPosition(state), course: { kind: 'asked', agents, rules: [], known: nothingKnown } };
}

const METERED = { costMicroUsd: 0, metered: { tokens: 900, costMicroUsd: 40 } };
const bad: DecideResult = { outcome: 'bad-output', detail: 'no JSON', ...METERED };

type Told = (call: ModelCall) => DecideResult | ReviewResult;

/** As a careful bot would. */
function careful({ purpose, asked }: ModelCall): DecideResult | ReviewResult {
  if (purpose === 'review') return { review: reviewByRules('as ever'), ...METERED };
  const { decision } = entry.bots['baseline-v1']!(asked.view, null);
  return { outcome: 'decided', decision, feedback: [], ...METERED };
}

/** The same; the south says something that cannot be read when it is asked first on its fourth day. */
function answered(call: ModelCall): DecideResult | ReviewResult {
  const { agent, asked } = call;
  return agent.id === 'south' && asked.tick === 3 && asked.callIndex === 0 ? bad : careful(call);
}

/** What a run asks, tick by tick, and where it stands then. */
function ran({ position: start, course }: Stand, ticks: number): { calls: ModelCall[]; end: Stand } {
  const calls: ModelCall[] = [];
  const thoughts = new Thoughts();
  thoughts.minds = course.known.minds;
  const budgets = new AgentBudgets(budgetsOf(course.agents), course.known.budgets);
  const [llm, script] = [new LlmDecider(entry, thoughts, budgets), new ScriptDecider(entry, thoughts)];
  let position = start;
  for (let tick = 0; tick < ticks; tick += 1) {
    thoughts.beginTick();
    budgets.beginTick();
    const at = { tick: position.tick, hints: [] };
    const played = play(entry.world, position, (ask, round): Answer<Json> => {
      const agent = course.agents.find(({ id }) => id === ask.agentId)!;
      if (agent.kind === 'script') return script.answer(agent, ask);
      const deciding = llm.answer(agent as AgentOf<'llm'>, ask, { ...at, round });
      let step = deciding.next();
      while (step.done !== true) step = deciding.next(answered(calls[calls.push(step.value) - 1]!));
      return step.value;
    });
    thoughts.keep();
    budgets.endTick();
    ({ position } = played);
  }
  const known = { ...nothingKnown, minds: thoughts.minds, budgets: budgets.carry() };
  return { calls, end: { position, course: { ...course, known } } };
}

/** The same by a process that was told in JSON, until a tick is not plain. */
function playedOn(stand: Stand, ticks: number, told: Told = answered) {
  const calls: ModelCall[] = [];
  const { position, course } = JSON.parse(JSON.stringify(stand)) as Stand;
  const plain = plainTicks(entry, position, course);
  for (let played = 0; played < ticks; played += 1) {
    const asking = plain.next();
    let step = asking.next();
    while (step.done !== true) step = asking.next(told(calls[calls.push(step.value) - 1]!));
    if (step.value === undefined) break;
  }
  return { calls, reached: plain.reached };
}

const texts = (calls: readonly ModelCall[]) => calls.map((call) => JSON.stringify(call));

test('it comes where the run comes, by the same questions: memories, budgets, second questions', () => {
  const { calls, end } = ran(opening(), 8);
  expect(calls.some(({ asked }) => 'feedback' in asked)).toBe(true);
  expect(calls.some(({ asked }) => 'facts' in asked)).toBe(true);
  const on = playedOn(opening(), 8);
  expect(texts(on.calls)).toEqual(texts(calls));
  expect(positionHash(on.reached.position)).toBe(positionHash(end.position));
  expect(on.reached.known).toMatchObject({ minds: end.course.known.minds, budgets: end.course.known.budgets });
  expect(on.reached.answered).toEqual(['north', 'south', 'west']);
});

test('so it does from the middle of a run, with what was known and used by then', () => {
  const { end } = ran(opening(), 5);
  const [on, run] = [playedOn(end, 6), ran(end, 6)];
  expect(texts(on.calls)).toEqual(texts(run.calls));
  expect(positionHash(on.reached.position)).toBe(positionHash(run.end.position));
});

test('every call counts once, and every tick: the second question of the fourth day is a call of its own', () => {
  const { reached, calls } = playedOn(opening(), 8);
  expect(calls).toHaveLength(17);
  expect(reached.known!.spent).toMatchObject({ calls: 17, askedTicks: 8, begun: { tick: 7 } });
});

test('it ends before the tick after which the run goes on without its agents', () => {
  const { position, course } = opening();
  const rules = [{ on: 'day-started', when: 'always', do: { advance: 3 } }];
  const { reached } = playedOn({ position, course: { ...course, rules } }, 8);
  expect(reached).toEqual({ position, known: nothingKnown, answered: [] });
});

test('it ends before the tick in which an agent fails, with nothing of it', () => {
  const failing: Told = (call) => (call.agent.id === 'south' && call.asked.tick === 5 ? bad : answered(call));
  const { reached } = playedOn(opening(), 8, failing);
  const five = ran(opening(), 5).end;
  expect(positionHash(reached.position)).toBe(positionHash(five.position));
  expect(reached.known).toMatchObject({ minds: five.course.known.minds, budgets: five.course.known.budgets });
  expect(reached.known!.spent.askedTicks).toBe(5);
});

test('it ends before the tick in which a budget is news; what is withheld after that is none', () => {
  const limits = { ...DEFAULT_BUDGET, tools: { decide: { run: { calls: 5 } } } };
  const few: SimulatedAgent = { ...south, budget: { limits, then: 'fallback' } };
  const agents = [few, bot];
  const warned = playedOn(opening(agents), 30, careful);
  expect(warned.reached.position.tick).toBe(3);
  const spent = ran(opening(agents), 7).end;
  expect(playedOn(spent, 4).reached.position.tick).toBe(11);
});

test('nobody has to be waited for: bots, and models where recordings answer', () => {
  const human: SimulatedAgent = { id: 'east', kind: 'human', dueAfterTicks: 1, waitSeconds: null };
  expect([decideAlone([bot], false), decideAlone(AGENTS, false), decideAlone(AGENTS, true)]).toEqual([
    true,
    false,
    true,
  ]);
  expect(decideAlone([bot, human], true)).toBe(false);
  expect(decideAlone([{ ...north, memory: { mode: 'digest' } }], true)).toBe(false);
});
