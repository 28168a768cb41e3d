import type { Skill } from './skill';

/** How busy each skill is, by name. */
export type SkillLoad = Readonly<Record<string, number>>;

/** A skill that was engaged has work for today and tomorrow, so that a rested one of about the same priority comes first. */
const WORK = 2;

/**
 * Who works in this tick: the most urgent, as many as there are slots. Priority = urgency × weight × (1 − load/max); one with
 * a full load, or nothing to do, stays out.
 */
export function engage<V>(
  skills: readonly Skill<V>[],
  view: V,
  before: SkillLoad,
  slots: number,
): { engaged: Skill<V>[]; load: Record<string, number> } {
  const rested = Object.fromEntries(skills.map(({ name }) => [name, Math.max(0, loadOf(before, name) - 1)]));
  const ready = skills
    .map((skill) => ({ skill, priority: priorityOf(skill, view, loadOf(rested, skill.name)) }))
    .filter(({ priority }) => priority > 0)
    .sort((a, b) => b.priority - a.priority || (a.skill.name < b.skill.name ? -1 : 1));
  const engaged = ready.slice(0, slots).map(({ skill }) => skill);
  const busy = engaged.map(({ name, loadMax }) => [name, Math.min(loadMax, loadOf(rested, name) + WORK)] as const);
  return { engaged, load: { ...rested, ...Object.fromEntries(busy) } };
}

function priorityOf<V>({ urgency, weight, loadMax }: Skill<V>, view: V, load: number): number {
  return load >= loadMax ? 0 : urgency(view) * weight * (1 - load / loadMax);
}

function loadOf(load: SkillLoad, name: string): number {
  return Object.hasOwn(load, name) ? load[name]! : 0;
}
