import type { Stop } from '../../domain/simulation/fast-forward';
import type { SimulationPlan } from '../../domain/simulation/run/simulation-plan';
import { type SimulationTerms, termsProblem } from '../../domain/simulation/run/simulation-terms';
import { WORLDS } from '../../domain/worlds';

/** Why a run cannot go on by these terms; undefined: it can. @param plan by all terms that were said before */
export function unfitTerms(
  plan: SimulationPlan,
  forwarding: Stop | undefined,
  wanted: SimulationTerms,
): string | undefined {
  const { world, worldVersion: from } = plan;
  const version = wanted.worldVersion ?? from;
  const obstacle = WORLDS.obstacle(world, from, version);
  if (obstacle !== undefined) return obstacle;
  const next = WORLDS.of(world, version)!;
  const conditions = Object.keys(next.world.conditions);
  const wake = forwarding?.wake.find((condition) => !conditions.includes(condition));
  if (wake !== undefined)
    return `The fast-forward under way waits for "${wake}", which version ${version} does not know.`;
  return termsProblem(plan, { conditions, bots: Object.keys(next.bots) }, wanted);
}
