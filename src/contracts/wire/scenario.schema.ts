import { z } from 'zod';
import { name, page, pageQuery, problemSchema, queryInteger, sha256, timestamp, uuid } from './common.schema';

/** Scenarios: stored once, never changed; the same name again makes the next version. */
export const scenarioParams = z.strictObject({ name: name.meta({ description: 'Its name, or its id.' }) });
export const scenarioQuery = z.strictObject({
  version: queryInteger(1, 2_147_483_647).optional().meta({ description: 'The latest version when absent.' }),
});
export const scenarioListQuery = z.strictObject({ ...pageQuery });

/** Anything here: a definition is checked as a whole elsewhere, so that every problem is reported at once. */
export const scenarioDefinitionSchema = z.unknown();

const scenarioSummary = {
  ...{ id: uuid, name, version: z.int().positive(), sha256 },
  description: z.string(),
  difficultyTier: z.int().min(0).max(3),
  expectedDuration: z.int().positive().meta({ description: 'Days.' }),
  sellers: z.int().positive(),
  createdAt: timestamp,
};

export const scenarioSummarySchema = z.strictObject(scenarioSummary).meta({ id: 'ScenarioSummary' });

export const scenarioViewSchema = z
  .strictObject({
    ...scenarioSummary,
    definition: z.record(z.string(), z.unknown()).meta({ description: 'With every default filled in.' }),
  })
  .meta({ id: 'StoredScenario' });

export const scenarioPageSchema = page(scenarioSummarySchema).meta({ id: 'ScenarioPage' });

export const scenarioValidationSchema = z
  .strictObject({ valid: z.boolean(), errors: z.array(problemSchema) })
  .meta({ id: 'ScenarioValidation' });

export type ScenarioSummary = z.infer<typeof scenarioSummarySchema>;
export type ScenarioView = z.infer<typeof scenarioViewSchema>;
export type ScenarioPage = z.infer<typeof scenarioPageSchema>;
export type ScenarioValidation = z.infer<typeof scenarioValidationSchema>;
