import { getScenario, insertScenario, type Db, type StoredScenario } from '../../adapters/postgres';
import { newId } from '../../adapters/postgres/new-id';
import { parseScenario, type ParsedScenario } from '../../contracts/parse-scenario.schema';
import type { ScenarioDefinition } from '../../domain/scenarios/definition';
import { LonghaulError } from '../../domain/kernel/errors';
import { hashJson } from '../../domain/kernel/hash';
import { unstorableText } from '../http/structure';

/** Everything that is wrong with a definition, or the scenario with its defaults filled in. */
export function judgeScenarioDefinition(raw: unknown): ParsedScenario {
  const parsed = parseScenario(raw);
  const unstorable = unstorableText(raw);
  return unstorable.length === 0 ? parsed : { problems: [...parsed.problems, ...unstorable] };
}

/** @throws LonghaulError InvalidScenario with every problem */
export function requireScenario(raw: unknown): ScenarioDefinition {
  const { definition, problems } = judgeScenarioDefinition(raw);
  if (definition !== undefined) return definition;
  throw new LonghaulError('InvalidScenario', { name: nameOf(raw), count: problems.length }, problems);
}

function nameOf(raw: unknown): string {
  const fields = typeof raw === 'object' && raw !== null ? (raw as Record<string, unknown>) : {};
  const name = ['scenarioName', 'scenario_name'].map((field) => fields[field]).find((value) => value !== undefined);
  return typeof name === 'string' && /^[\w-]{1,128}$/.test(name) ? name : '(unnamed)';
}

/** Stores the next version under the scenario's name; the same content as the latest version is that version. */
export async function storeScenario(
  db: Db,
  tenant: string,
  definition: ScenarioDefinition,
): Promise<StoredScenario & { fresh: boolean }> {
  const { scenarioName: name } = definition;
  return insertScenario(db, { id: newId(), tenant, name, sha256: hashJson(definition), definition });
}

/** @throws LonghaulError NotFound */
export async function namedScenario(
  db: Db,
  tenant: string,
  { name, version }: { name: string; version?: number | undefined },
): Promise<StoredScenario> {
  const scenario = await getScenario(db, tenant, name, version);
  if (scenario !== undefined) return scenario;
  throw new LonghaulError('NotFound', {
    what: 'Scenario',
    id: version === undefined ? name : `${name} version ${version}`,
  });
}
