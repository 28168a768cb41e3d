import type { Tx } from '../../adapters/postgres';
import type { StartSimulation } from '../../contracts/api.schema';
import { WORLD_SCHEMAS } from '../../contracts/worlds/index.schema';
import { present } from '../../domain/kernel/assert';
import type { Json } from '../../domain/kernel/canonical-json';
import type { ScenarioDefinition } from '../../domain/scenarios/definition';
import { marketScenarioOf } from '../../domain/scenarios/to-market';
import { invalidRequest, valid } from '../http/validate';
import { namedScenario } from './scenarios';

/** A scenario as the world reads it, not yet cast. */
export interface WrittenScenario {
  scenario: Json;
  ticks: number;
  agentIds: string[];
  /** Of a stored one. */
  scenarioId: string | null;
}

const TICKS_DEFAULT = 180;

/** @throws LonghaulError NotFound for a scenario that is not stored, InvalidRequest for fields that the world has not */
export async function writtenScenario(
  tx: Tx,
  tenant: string,
  world: string,
  written: StartSimulation['scenario'],
): Promise<WrittenScenario> {
  const reference = referenceOf(written);
  if (reference === undefined) return standardWith(world, written);
  if (world !== 'marketplace') {
    const message = `Stored scenarios are set in the world marketplace, not in ${world}.`;
    throw invalidRequest('Simulation', [{ path: 'scenario', message }]);
  }
  const { scenarioId, definition } = await namedScenario(tx, tenant, reference);
  const market = marketScenarioOf(definition as ScenarioDefinition);
  return { scenario: market as unknown as Json, ticks: market.days, agentIds: market.sellers, scenarioId };
}

function referenceOf(written: StartSimulation['scenario']): { name: string; version?: number } | undefined {
  if (typeof written === 'string') return { name: written };
  return typeof written['name'] === 'string' ? (written as { name: string; version?: number }) : undefined;
}

function standardWith(world: string, written: StartSimulation['scenario']): WrittenScenario {
  const schemas = present(WORLD_SCHEMAS[world], `World ${world} has no schemas`);
  const overrides = valid(schemas.overrides, written, 'Simulation', 'scenario') as object;
  return {
    scenario: { ...schemas.standard, ...overrides },
    ...{ ticks: TICKS_DEFAULT, agentIds: schemas.agentIds, scenarioId: null },
  };
}
