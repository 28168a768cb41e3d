import { assert } from '../../../../src/domain/kernel/assert';
import { Chance } from '../../../../src/domain/simulation/chance/chance';
import type { Answer, Progress, World, WorldEvent } from '../../../../src/domain/simulation/world';

/** The smallest world with all that a world has: one stand, a boss who prices, then a helper who brews. */
export interface Stand {
  seed: number;
  day: number;
  cups: number;
  cashCents: number;
  priceCents: number;
  /** Who is asked next in this day. */
  turn: 'boss' | 'helper' | null;
}
export interface StandView {
  day: number;
  cups: number;
  role: 'boss' | 'helper';
}
export interface StandDecision {
  priceCents?: number;
  brew?: number;
}
type Change = { cashCents: number };

const THIRST = 1;

export const lemonade: World<Stand, StandView, StandDecision, { cashCents: number }, Change> = {
  name: 'lemonade',
  version: 1,
  init: ({ cashCents }, seed) => ({ seed, day: 0, cups: 5, cashCents, priceCents: 50, turn: null }),
  beginTick: (state) => ask({ ...state, day: state.day + 1, turn: 'boss' }),
  resume: (state, answers) => {
    const decided = apply(state, answers[0]!);
    return state.turn === 'boss' ? ask({ ...decided, turn: 'helper' }) : sell({ ...decided, turn: null });
  },
  parseDecision: (raw) => {
    const { priceCents, brew } = (typeof raw === 'object' && raw !== null ? raw : {}) as Record<string, unknown>;
    const feedback =
      priceCents === undefined || Number(priceCents) > 0 ? [] : [`FAILED price ${JSON.stringify(priceCents)}`];
    const price = feedback.length === 0 && priceCents !== undefined ? { priceCents: Number(priceCents) } : {};
    return { decision: { ...price, ...(typeof brew === 'number' ? { brew } : {}) }, feedback };
  },
  fallback: () => ({}),
  standing: (_, last) => last,
  conditions: { soldOut: ({ cups }) => cups === 0, broke: ({ cashCents }) => cashCents < 100 },
  amend: (state, { cashCents }) => ({ ...state, cashCents }),
  prompt: ({ day, cups }) => ({ system: 'You run a stand.', user: `Day ${day}, ${cups} cups.` }),
  check: ({ cups }) => assert(cups >= 0, `lemonade: ${cups} cups`),
  summarise: ({ cashCents, cups }) => ({ figures: { cashCents, cups }, storyline: 'A day passed.', mood: 'neutral' }),
};

function ask(state: Stand): Progress<Stand, StandView> {
  const { day, cups, turn } = state;
  return { state, events: [], ask: [{ agentId: turn!, view: { day, cups, role: turn! } }] };
}

function apply(state: Stand, { decision }: Answer<StandDecision>): Stand {
  const { priceCents = state.priceCents, brew = 0 } = decision;
  return { ...state, priceCents, cups: state.cups + brew, cashCents: state.cashCents - brew * 10 };
}

function sell(state: Stand): Progress<Stand, StandView> {
  const thirsty = new Chance(state.seed).integer(0, 6, { stream: THIRST, tick: state.day, entity: 0 });
  const sold = Math.min(Math.max(0, state.cups), thirsty);
  const events: WorldEvent[] = [{ type: 'sold', data: { cups: sold } }];
  if (sold < thirsty) events.push({ type: 'turned-away', data: { customers: thirsty - sold } });
  return {
    state: { ...state, cups: state.cups - sold, cashCents: state.cashCents + sold * state.priceCents },
    events,
    ask: [],
  };
}
