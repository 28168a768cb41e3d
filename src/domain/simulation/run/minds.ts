import { present } from '../../kernel/assert';
import type { Json } from '../../kernel/canonical-json';
import { openMemory, settledOn } from '../memory/agent-memory';
import type { MemoryItem } from '../memory/memory-item';
import type { MemoryReview } from '../memory/memory-review';
import { underReview, type UnderReview } from '../memory/under-review';
import { decided, noticed, recollect, type Observer, type Recollection } from '../mind/observer';
import type { MemoryPlan, SimulatedAgent } from './simulation-plan';

/** Decides without a model. Pure; what it knows comes and goes as JSON, null before its first tick. */
export type Mind = (view: Json, memory: Json) => { decision: Json; memory: Json };

/** What the agents of a world think with. */
export interface Faculties {
  bots: Readonly<Record<string, Mind>>;
  observer: Observer<Json, Json, Json>;
}

/** What each agent knows between two ticks, by its id; whoever knows nothing is missing. JSON. */
export type Minds = Readonly<Record<string, Json>>;

type ScriptAgent = Extract<SimulatedAgent, { kind: 'script' }>;
type ModelAgent = Extract<SimulatedAgent, { kind: 'llm' }>;

export function botDecides({ bots }: Faculties, { id, bot }: ScriptAgent, view: Json, mind: Json | undefined) {
  const decide = present(bots[bot], `Agent ${id}: its world has no bot "${bot}"`);
  return decide(view, mind ?? null);
}

/** What a model is to review before its agent decides; undefined when nobody has to be asked. */
export function reviews(
  faculties: Faculties,
  agent: ModelAgent,
  view: Json,
  mind: Json | undefined,
): UnderReview | undefined {
  return agent.memory && underReview(seen(faculties, agent.memory, view, mind).memory);
}

/** What an agent with a model has learned by now, and what of it helps with this view. */
export function recalls(
  faculties: Faculties,
  { memory }: ModelAgent,
  view: Json,
  mind: Json | undefined,
  review?: MemoryReview,
): { mind: Json | undefined; facts: MemoryItem[] } {
  if (memory === undefined) return { mind: undefined, facts: [] };
  const { recollection, facts } = recollect(faculties.observer, seen(faculties, memory, view, mind), view, review);
  return { mind: recollection as unknown as Json, facts };
}

/** A fork may remember in another way what its parent knew. */
function seen({ observer }: Faculties, plan: MemoryPlan, view: Json, mind: Json | undefined): Recollection<Json> {
  const before = (mind ?? { memory: openMemory(plan) }) as unknown as Recollection<Json>;
  return noticed(observer, { ...before, memory: { ...before.memory, settings: settledOn(plan) } }, view);
}

/** What it knows after it has decided: the results come with the next view. */
export function knows({ observer }: Faculties, view: Json, decision: Json, mind: Json | undefined): Json | undefined {
  if (mind === undefined) return undefined;
  return decided(observer, mind as unknown as Recollection<Json>, view, decision) as unknown as Json;
}

/** The same from the record: what an agent knows after a decision that it made, or that was made for it. */
export function mindAfter(
  faculties: Faculties,
  agent: SimulatedAgent,
  { view, decision, review }: { view: Json; decision: Json; review?: MemoryReview },
  before: Json | undefined,
): Json | undefined {
  switch (agent.kind) {
    case 'script':
      return botDecides(faculties, agent, view, before).memory;
    case 'llm':
      return knows(faculties, view, decision, recalls(faculties, agent, view, before, review).mind);
    case 'human':
    case 'http':
    case 'process':
    case 'runner':
      return undefined;
  }
}

/**
 * What agents of a fork still know: who decides in another way begins anew. In another version of the world lessons are
 * still lessons; what a bot noted, and what was meant by the last decision, only its own version can read.
 */
export function keptMinds(
  minds: Minds,
  before: readonly SimulatedAgent[],
  after: readonly SimulatedAgent[],
  isSameVersion = true,
): Minds {
  const kept = after.filter((agent) =>
    before.some((earlier) => earlier.id === agent.id && thinksAlike(earlier, agent)),
  );
  if (!isSameVersion) return Object.fromEntries(kept.flatMap((agent) => lessonsOf(agent, minds)));
  return Object.fromEntries(kept.flatMap(({ id }) => (minds[id] === undefined ? [] : [[id, minds[id]]])));
}

function lessonsOf({ id, kind }: SimulatedAgent, minds: Minds): [string, Json][] {
  if (kind !== 'llm' || minds[id] === undefined) return [];
  const { memory } = minds[id] as unknown as Recollection<Json>;
  return [[id, { memory } as unknown as Json]];
}

/** Another model or other instructions read the same memory. */
function thinksAlike(one: SimulatedAgent, other: SimulatedAgent): boolean {
  if (one.kind === 'script') return other.kind === 'script' && one.bot === other.bot;
  if (one.kind !== 'llm' || other.kind !== 'llm') return false;
  return one.memory?.mode === other.memory?.mode && one.memory?.promotion === other.memory?.promotion;
}
