import type { AgentMemory } from './agent-memory';
import { byWorth, type MemoryItem } from './memory-item';
import { profileOf, type MemoryProfile } from './memory-modes';
import { promoted } from './promotion';

const NEARLY_FULL = 0.8;
const GREAT_IMPACT = 0.8;
const ADAPTIVE_TICKS_MAX = 7;

/** Moves to long-term memory what deserves it, when it is time; then lets go what is too old or too much. */
export function settled(memory: AgentMemory, tick: number): AgentMemory {
  const profile = profileOf(memory.settings.mode);
  const due = isDue(memory, tick, profile);
  const items = due ? memory.items.map(promoteWhere(memory, tick, profile)) : memory.items;
  return { ...memory, items: trimmed(items, tick, profile), consolidatedTick: due ? tick : memory.consolidatedTick };
}

function isDue({ items, consolidatedTick }: AgentMemory, tick: number, profile: MemoryProfile): boolean {
  const { consolidation, episodicMax } = profile;
  if (consolidation === 'never' || consolidation === 'by-model') return false;
  if (consolidation === 'by-age') return true;
  if (consolidation !== 'adaptive') return isPassed(consolidation.everyTicks, consolidatedTick, tick);
  const episodic = items.filter(({ tier }) => tier === 'episodic');
  const struck = episodic.some(({ impact, lastTick }) => impact >= GREAT_IMPACT && lastTick === tick);
  return struck || episodic.length >= NEARLY_FULL * episodicMax || tick - consolidatedTick >= ADAPTIVE_TICKS_MAX;
}

/** On the tick that the number divides, or, where nobody was asked on it, on the next one that is reviewed. */
function isPassed(everyTicks: number, since: number, tick: number): boolean {
  return Math.floor(tick / everyTicks) > Math.floor(since / everyTicks);
}

function promoteWhere(
  { items, settings }: AgentMemory,
  tick: number,
  { consolidation, episodicTicks, promotedShare }: MemoryProfile,
): (item: MemoryItem) => MemoryItem {
  const episodic = items.filter(({ tier }) => tier === 'episodic');
  const aging = episodic.filter(({ lastTick }) => tick - lastTick >= episodicTicks);
  const alive = episodic.filter(({ lastTick }) => tick - lastTick <= episodicTicks);
  const chosen =
    consolidation === 'by-age'
      ? new Set(aging.map(({ id }) => id))
      : promoted(alive, settings.promotion, promotedShare, { tick, seed: settings.seed });
  return (item) => (chosen.has(item.id) ? { ...item, tier: 'longTerm' } : item);
}

/** What does not fit into long-term memory is episodic again: forgotten when it is not seen for a while. */
function trimmed(
  items: readonly MemoryItem[],
  tick: number,
  { episodicMax, episodicTicks, longTermMax }: MemoryProfile,
): MemoryItem[] {
  const sorted = [...items].sort(byWorth);
  const longTerm = sorted.filter(({ tier }) => tier === 'longTerm').slice(0, longTermMax);
  const kept = new Set(longTerm.map(({ id }) => id));
  const episodic = sorted
    .filter(({ id, lastTick }) => !kept.has(id) && tick - lastTick <= episodicTicks)
    .slice(0, episodicMax)
    .map((item): MemoryItem => ({ ...item, tier: 'episodic' }));
  return [...longTerm, ...episodic].sort(byWorth);
}
