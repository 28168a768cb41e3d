import type { Json } from '../../../../../src/domain/kernel/canonical-json';
import { play } from '../../../../../src/domain/simulation/play';
import { startingPosition } from '../../../../../src/domain/simulation/position';
import {
  reviewByRules,
  type MemoryReview,
  withoutWords,
} from '../../../../../src/domain/simulation/memory/memory-review';
import { readReview } from '../../../../../src/domain/simulation/memory/review-answer';
import {
  botDecides,
  keptMinds,
  knows,
  mindAfter,
  recalls,
  reviews,
} from '../../../../../src/domain/simulation/run/minds';
import type { SimulatedAgent } from '../../../../../src/domain/simulation/run/simulation-plan';
import { STANDARD_MARKET } from '../../../../../src/domain/worlds/marketplace/scenario';
import { newestWorld } from '../../../../../src/domain/worlds';

const entry = newestWorld('marketplace')!;
const ceo = { id: 'seller', kind: 'script', bot: 'ceo-v1' } as const;
const model = { id: 'seller', kind: 'llm', timeoutSeconds: 60, memory: { mode: 'reflective' } } as const;
const DAYS = 15;

/** Plays, thinks as a run does, and keeps what was seen and decided. */
interface Thought {
  decision: Json;
  mind: Json | undefined;
  review?: MemoryReview;
}

function lived(think: (view: Json, mind: Json | undefined) => Thought) {
  const scenario = entry.cast(STANDARD_MARKET as unknown as Json, ['seller'], DAYS);
  let position = startingPosition(entry.world.init(scenario, 5));
  let mind: Json | undefined;
  const seen: { view: Json; decision: Json; review?: MemoryReview }[] = [];
  for (let day = 0; day < DAYS; day += 1) {
    position = play(entry.world, position, ({ agentId, view }) => {
      const thought = think(view, mind);
      mind = thought.mind;
      const { review } = thought;
      seen.push({ view, decision: thought.decision, ...(review ? { review } : {}) });
      return { agentId, decision: thought.decision, source: 'agent', feedback: [] };
    }).position;
  }
  return { mind, seen };
}

const again = (agent: SimulatedAgent, seen: readonly { view: Json; decision: Json; review?: MemoryReview }[]) =>
  seen.reduce<Json | undefined>((mind, tick) => mindAfter(entry, agent, tick, mind), undefined);

test('what a bot carries is found again from what it saw', () => {
  const { mind, seen } = lived((view, before) => {
    const { decision, memory } = botDecides(entry, ceo, view, before);
    return { decision, mind: memory };
  });
  expect(mind).not.toBeNull();
  expect(again(ceo, seen)).toEqual(mind);
});

test('what an agent with a memory knows is found again from what it saw and decided', () => {
  let recalled = 0;
  const { mind, seen } = lived((view, before) => {
    const thought = recalls(entry, model, view, before);
    recalled += thought.facts.length;
    const { decision } = entry.world.parseDecision({ accept_all_orders: true, price_changes: { P001: 12 } }, view);
    return { decision, mind: knows(entry, view, decision, thought.mind) };
  });
  expect(recalled).toBeGreaterThan(0);
  expect(again(model, seen)).toEqual(mind);
});

test('what a model reviewed is found again from the record, though its words are not in it', () => {
  const digest = { ...model, memory: { mode: 'digest' } } as const;
  let asked = 0;
  const { mind, seen } = lived((view, before) => {
    const shown = reviews(entry, digest, view, before);
    asked += shown === undefined ? 0 : 1;
    const promote = shown?.today.map(({ statement }) => ({ text: `Note: ${statement}`, importance: 0.7 }));
    // Every fourth review fails.
    const given =
      asked % 4 === 0
        ? reviewByRules('gone')
        : withoutWords(readReview({ promote }), `answer-${asked}`, entry.observer.tags);
    const review = shown === undefined ? undefined : given;
    const thought = recalls(entry, digest, view, before, review);
    const { decision } = entry.world.parseDecision({ accept_all_orders: true, price_changes: { P001: 12 } }, view);
    return { decision, mind: knows(entry, view, decision, thought.mind), ...(review ? { review } : {}) };
  });
  expect(asked).toBeGreaterThan(4);
  expect(JSON.stringify(mind)).toContain('"wordsIn":"answer-1"');
  expect(JSON.stringify(mind)).not.toContain('Note: ');
  expect(again(digest, JSON.parse(JSON.stringify(seen)) as typeof seen)).toEqual(mind);
});

test('a fork may remember in another way what its parent knew', () => {
  const { mind, seen } = lived((view, before) => {
    const { decision } = entry.world.parseDecision({ accept_all_orders: true, price_changes: { P001: 12 } }, view);
    return { decision, mind: knows(entry, view, decision, recalls(entry, model, view, before).mind) };
  });
  const fading = { ...model, memory: { mode: 'reflective', decay: 'linear' } } as const;
  const { memory } = recalls(entry, fading, seen.at(-1)!.view, mind).mind as {
    memory: { settings: object; items: [] };
  };
  expect(memory.settings).toMatchObject({ mode: 'reflective', decay: 'linear' });
  expect(memory.items.length).toBeGreaterThan(0);
});

test('an agent without a memory knows nothing, and is told nothing', () => {
  const plain = { id: 'seller', kind: 'llm', timeoutSeconds: 60 } as const;
  expect(recalls(entry, plain, null, undefined)).toEqual({ mind: undefined, facts: [] });
  expect(knows(entry, null, null, undefined)).toBeUndefined();
});

test('in a fork whoever thinks alike keeps what it knows; another bot or kind of memory begins anew', () => {
  const minds = { a: 'plan', b: 'lessons', c: 'lessons' };
  const before: SimulatedAgent[] = [
    { ...ceo, id: 'a' },
    { ...model, id: 'b' },
    { ...model, id: 'c' },
  ];
  const other: SimulatedAgent[] = [
    { ...ceo, id: 'a', bot: 'skilled-v1' },
    { ...model, id: 'b', timeoutSeconds: 5 },
    { ...model, id: 'c', memory: { mode: 'short_term_only' } },
  ];
  expect(keptMinds(minds, before, before)).toEqual(minds);
  expect(keptMinds(minds, before, other)).toEqual({ b: 'lessons' });
});

test('in a fork into another version of the world lessons stay; notes of bots and open intentions do not', () => {
  const memory = { items: ['a lesson'] };
  const agents: SimulatedAgent[] = [
    { ...ceo, id: 'a' },
    { ...model, id: 'b' },
  ];
  const minds = { a: { plan: 1 }, b: { memory, intent: { raised: ['P001'] } } };
  expect(keptMinds(minds, agents, agents, false)).toEqual({ b: { memory } });
});
