import type { Json } from '../../domain/kernel/canonical-json';
import { messageOf } from '../../domain/kernel/message-of';
import type { Position } from '../../domain/simulation/position';
import { keptMinds, type Minds } from '../../domain/simulation/run/minds';
import type { SimulationPlan } from '../../domain/simulation/run/simulation-plan';
import { WORLDS } from '../../domain/worlds';

/** Where a run stands between two ticks, and what its agents know. */
interface Standing {
  position: Position<Json, Json>;
  minds: Minds;
}

/** The same, as the version reads it in which the run goes on. @param from that played it */
export function takenOver({ world, worldVersion, agents }: SimulationPlan, from: number, standing: Standing): Standing {
  if (from === worldVersion) return standing;
  return {
    position: WORLDS.migrate(world, standing.position, from, worldVersion),
    minds: keptMinds(standing.minds, agents, agents, false),
  };
}

/** Why a run cannot go on from here in that version; undefined: it can. */
export function upgradeProblem(
  { world }: SimulationPlan,
  from: number,
  position: Position<Json, Json>,
  version: number,
): string | undefined {
  try {
    WORLDS.migrate(world, position, from, version);
    return undefined;
  } catch (error) {
    return messageOf(error); // whatever it is: a task that fails for ever could not even be told to stop
  }
}
