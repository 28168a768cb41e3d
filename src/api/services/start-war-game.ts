import type { Tx } from '../../adapters/postgres';
import { startSimulationSchema, type WarGameRequest } from '../../contracts/api.schema';
import type { Json } from '../../domain/kernel/canonical-json';
import { warGameScenario } from '../../domain/worlds/marketplace/trials/war-game';
import { acceptCast, type AcceptedSimulation, type Installation, worldEntry } from './start-simulation';

type Player = NonNullable<WarGameRequest['player']>;

/** A war game as a simulation, for an agent of any kind: durable, recorded and judged like any other run. */
export async function acceptWarGame(
  tx: Tx,
  tenant: string,
  { player, costBudgetUsd, ...game }: WarGameRequest & { player: Player },
  installation: Installation,
): Promise<AcceptedSimulation> {
  const { days: ticks, seed } = game;
  const asked = startSimulationSchema.parse({ name: 'war-game', world: 'marketplace', seed, costBudgetUsd });
  const entry = worldEntry(asked.world);
  const scenario = entry.cast(warGameScenario(game) as unknown as Json, [player.id], ticks);
  const cast = { asked, entry, scenario, ticks, agents: [player], scenarioId: null };
  return await acceptCast(tx, tenant, cast, installation);
}
