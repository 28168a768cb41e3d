import { parseScenario } from '../../../../src/contracts/parse-scenario.schema';
import type { ScenarioDefinition } from '../../../../src/domain/scenarios/definition';

/** The smallest definition, and what a test adds to it. */
export const PLAIN = {
  ...{ scenarioName: 'plain', difficultyTier: 0, expectedDuration: 30, successCriteria: { survival: true } },
};

export function scenario(more: object = {}): ScenarioDefinition {
  const { definition, problems } = parseScenario({ ...PLAIN, ...more });
  if (definition === undefined) throw new Error(JSON.stringify(problems));
  return definition;
}

/** `path: message` of everything that is wrong. */
export function wrong(more: object): string[] {
  const { successCriteria, ...plain } = PLAIN;
  const criteria = 'success_criteria' in more ? {} : { successCriteria };
  return parseScenario({ ...plain, ...criteria, ...more }).problems.map(({ path, message }) => `${path}: ${message}`);
}
