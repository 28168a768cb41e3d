import { z } from 'zod';

const historyEvent = z.looseObject({ eventId: z.string(), eventType: z.string() });
/** In Temporal's own JSON form, so that its tools read it too. */
const history = z.looseObject({ events: z.array(historyEvent).min(1) });

/**
 * The history of one run with what is needed to replay it later: written by the sweeper when a run is over, answered by
 * `GET /runs/{id}/history`, read by `longhaul history replay`.
 */
export const runHistorySchema = z
  .strictObject({
    format: z.literal('longhaul-history-1'),
    runId: z.uuid(),
    name: z.string(),
    workflowId: z.string(),
    /** Whether the workflow had ended; if not, the history goes on. */
    closed: z.boolean(),
    /** Whether it begins with the run's first execution; earlier ones may be past retention. */
    complete: z.boolean(),
    exportedAt: z.iso.datetime(),
    code: z
      .strictObject({ version: z.string(), workflowBundleSha256: z.string() })
      .meta({ description: 'Of whoever wrote the document: the code that a later replay may be compared with.' }),
    configuration: z.strictObject({
      namespace: z.string(),
      temporalSdk: z.string(),
      node: z.string(),
      graphId: z.string().nullable(),
      graphVersion: z.int().nullable(),
      graphSha256: z.string().nullable(),
    }),
    executions: z
      .array(z.strictObject({ temporalRunId: z.string(), history }))
      .min(1)
      .meta({ description: 'One by continue-as-new, oldest first; `history` in the JSON form of Temporal.' }),
  })
  .meta({ id: 'RunHistory' });

/** What `temporal workflow show --output json` and the Web UI's download write. */
export const bareHistorySchema = history;

export type HistoryEvent = z.infer<typeof historyEvent>;
export type RunHistory = z.infer<typeof runHistorySchema>;
export type BareHistory = z.infer<typeof bareHistorySchema>;
