import type { SimulationIoActivities } from '../../contracts/simulation';
import { present } from '../../domain/kernel/assert';
import { positionHash } from '../../domain/simulation/position';
import { keptMinds } from '../../domain/simulation/run/minds';
import { toApplicationFailure } from '../to-application-failure';
import { agentsOf, mindsAt } from './minds-at';
import type { RecordTicksDeps } from './record-ticks';

/** A fork begins where its parent stood, changed as it asks; from its own snapshot on it needs nobody. Idempotent. */
export function createOpenFork(deps: RecordTicksDeps): SimulationIoActivities['openFork'] {
  const { simulations, positions } = deps;
  return async ({ tenant, runId }) => {
    try {
      const loaded = await simulations.load(tenant, runId);
      const { simulation } = loaded;
      const parent = present(simulation.parentRunId, `Simulation ${runId} is no fork`);
      const tick = present(simulation.forkTick, `Simulation ${runId} is no fork`);
      const begun = await positions.at(tenant, runId, tick);
      await positions.store(tenant, runId, begun, positionHash(begun.position));
      positions.keep(runId, begun);
      const minds = keptMinds(
        await mindsAt(deps, tenant, parent, tick),
        agentsOf(await simulations.load(tenant, parent)),
        agentsOf(loaded),
        (await positions.versionAt(tenant, parent, tick)) === simulation.worldVersion,
      );
      return { position: begun.position, minds };
    } catch (error) {
      throw toApplicationFailure(error);
    }
  };
}
