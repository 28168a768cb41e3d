import { z } from 'zod';
import { name, page, pageQuery, problemSchema, queryInteger, sha256, timestamp, uuid } from './common.schema';

/** Definitions of agent graphs: stored once, never changed; the same name again makes the next version. */
export const graphParams = z.strictObject({ name });
export const graphQuery = z.strictObject({
  version: queryInteger(1, 2_147_483_647).optional().meta({ description: 'The latest version when absent.' }),
});
export const graphListQuery = z.strictObject({ ...pageQuery });

/** Anything here: a definition is checked as a whole elsewhere, so that every problem is reported at once. */
export const graphDefinitionSchema = z.unknown();

const graphIdentity = { id: uuid, name, version: z.int().positive(), sha256 };

export const graphSummarySchema = z
  .strictObject({ ...graphIdentity, agents: z.int(), createdAt: timestamp })
  .meta({ id: 'GraphSummary' });

export const graphCreatedSchema = z
  .strictObject({ ...graphIdentity, agents: z.int(), createdAt: timestamp, warnings: z.array(problemSchema) })
  .meta({ id: 'GraphCreated' });

export const graphViewSchema = z
  .strictObject({
    ...graphIdentity,
    agents: z.int(),
    createdAt: timestamp,
    definition: z.record(z.string(), z.unknown()).meta({ description: 'With every default filled in.' }),
  })
  .meta({ id: 'Graph' });

export const graphPageSchema = page(graphSummarySchema).meta({ id: 'GraphPage' });

export const graphValidationSchema = z
  .strictObject({
    valid: z.boolean(),
    problems: z.array(problemSchema),
    warnings: z.array(problemSchema),
  })
  .meta({ id: 'GraphValidation' });

export type GraphSummary = z.infer<typeof graphSummarySchema>;
export type GraphCreated = z.infer<typeof graphCreatedSchema>;
export type GraphView = z.infer<typeof graphViewSchema>;
export type GraphPage = z.infer<typeof graphPageSchema>;
export type GraphValidation = z.infer<typeof graphValidationSchema>;
