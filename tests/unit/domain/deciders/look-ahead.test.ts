import type { AgentOf } from '../../../../src/domain/deciders/asked-at';
import { LlmDecider } from '../../../../src/domain/deciders/llm-decider';
import { type AheadStart, callKeyAhead, lookingAhead } from '../../../../src/domain/deciders/look-ahead';
import type { DecideResult, ModelCall, ReviewResult } from '../../../../src/domain/deciders/model-call';
import { ScriptDecider } from '../../../../src/domain/deciders/script-decider';
import { Thoughts } from '../../../../src/domain/deciders/thoughts';
import type { Json } from '../../../../src/domain/kernel/canonical-json';
import { AgentBudgets } from '../../../../src/domain/simulation/budget/agent-budgets';
import { DEFAULT_BUDGET } from '../../../../src/domain/simulation/budget/budget-limits';
import { budgetsOf } from '../../../../src/domain/simulation/budget/budgets-of';
import { reviewByRules } from '../../../../src/domain/simulation/memory/memory-review';
import { play } from '../../../../src/domain/simulation/play';
import { startingPosition } from '../../../../src/domain/simulation/position';
import type { SimulatedAgent } from '../../../../src/domain/simulation/run/simulation-plan';
import { STANDARD_MARKET } from '../../../../src/domain/worlds/marketplace/scenario';
import { newestWorld } from '../../../../src/domain/worlds';

const entry = newestWorld('marketplace')!;
const budget = { limits: DEFAULT_BUDGET, then: 'fallback' } as const;
const north: AgentOf<'llm'> = { id: 'north', kind: 'llm', timeoutSeconds: 5, memory: { mode: 'reflective' }, budget };
const south: AgentOf<'llm'> = { id: 'south', kind: 'llm', timeoutSeconds: 5, secondThoughts: 'blocking' };
const bot: AgentOf<'script'> = { id: 'west', kind: 'script', bot: 'greedy-script' };
const AGENTS = [north, south, bot];

function opening(agents: readonly SimulatedAgent[] = AGENTS): AheadStart {
  const ids = agents.map(({ id }) => id);
  const state = entry.world.init(entry.cast(STANDARD_MARKET as unknown as Json, ids, 30), 5);
  return { position: startingPosition(state), agents, rules: [], minds: {}, budgets: [] };
}

const METERED = { costMicroUsd: 0, metered: { tokens: 900, costMicroUsd: 40 } };
const bad: DecideResult = { outcome: 'bad-output', detail: 'no JSON', ...METERED };

/** As a careful bot would; the south says something that cannot be read when it is asked first on its fourth day. */
function answered({ purpose, agent, asked }: ModelCall): DecideResult | ReviewResult {
  if (purpose === 'review') return { review: reviewByRules('as ever'), ...METERED };
  if (agent.id === 'south' && asked.tick === 3 && asked.callIndex === 0) return bad;
  const { decision } = entry.bots['baseline-v1']!(asked.view, null);
  return { outcome: 'decided', decision, feedback: [], ...METERED };
}

/** What a run asks, tick by tick, and where it stands then. */
function ran(start: AheadStart, ticks: number): { calls: ModelCall[]; end: AheadStart } {
  const calls: ModelCall[] = [];
  const thoughts = new Thoughts();
  thoughts.minds = start.minds;
  const budgets = new AgentBudgets(budgetsOf(start.agents), start.budgets);
  const [llm, script] = [new LlmDecider(entry, thoughts, budgets), new ScriptDecider(entry, thoughts)];
  let { position } = start;
  for (let tick = 0; tick < ticks; tick += 1) {
    thoughts.beginTick();
    budgets.beginTick();
    const at = { tick: position.tick, hints: [] };
    const played = play(entry.world, position, (ask, round) => {
      const agent = start.agents.find(({ id }) => id === ask.agentId)!;
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
  return { calls, end: { ...start, position, minds: thoughts.minds, budgets: budgets.carry() } };
}

/** What is asked ahead from there, by a process that was told in JSON. */
function ahead(start: AheadStart, ticks: number): ModelCall[] {
  const calls: ModelCall[] = [];
  const asking = lookingAhead(entry, JSON.parse(JSON.stringify(start)) as AheadStart, ticks);
  for (let step = asking.next(); step.done !== true; step = asking.next(answered(step.value))) calls.push(step.value);
  return calls;
}

test('it asks what the run is going to ask, call by call: memories, budgets, second questions', () => {
  const { calls } = ran(opening(), 8);
  expect(calls.some(({ asked }) => 'feedback' in asked)).toBe(true);
  expect(calls.some(({ asked }) => 'facts' in asked)).toBe(true);
  expect(ahead(opening(), 8).map(callKeyAhead)).toEqual(calls.map(callKeyAhead));
});

test('so it does from the middle of a run, with what was known and used by then', () => {
  const { end } = ran(opening(), 5);
  expect(ahead(end, 6).map(callKeyAhead)).toEqual(ran(end, 6).calls.map(callKeyAhead));
});

test('a call under a hint, or after another day, is another one', () => {
  const [call] = ahead(opening(), 1);
  const { purpose, agent, asked } = call as ModelCall & { purpose: 'decision' };
  const others = [
    { ...asked, hints: ['A trade fair opens.'] },
    { ...asked, budget: `${asked.budget} less` },
    { ...asked, view: { ...(asked.view as object), day: 2 } },
  ];
  const keys = others.map((other) => callKeyAhead({ purpose, agent, asked: other }));
  expect(new Set([callKeyAhead(call!), ...keys]).size).toBe(4);
});

test('it ends where the run goes on without its agents, and begins nowhere when somebody decides outside', () => {
  const forwarding = [{ on: 'day-started', when: 'always', do: { advance: 3 } }];
  expect(ahead({ ...opening(), rules: forwarding }, 8).map(({ asked }) => asked.tick)).toEqual([0, 0]);
  const human: SimulatedAgent = { id: 'east', kind: 'human', dueAfterTicks: 1, waitSeconds: null };
  expect(ahead(opening([north, human]), 8)).toEqual([]);
});
