import { z } from 'zod';
import { uuid } from './common.schema';
import { agentId, json, SIMULATION_LIMITS } from './simulation-fields.schema';

/** What people do to a simulation while it lasts. */
export const advanceSchema = z
  .strictObject({ ticks: z.int().min(1).max(SIMULATION_LIMITS.advanceMax) })
  .meta({ id: 'Advance' });
export const hintSchema = z
  .strictObject({
    text: z.string().min(1).max(SIMULATION_LIMITS.hintCharsMax),
    agentId: agentId.optional().meta({ description: 'For everybody when absent.' }),
  })
  .meta({ id: 'Hint' });
export const answerDecisionSchema = z
  .strictObject({ agentId, decision: json.meta({ description: 'As the world’s prompt describes it.' }) })
  .meta({ id: 'AnswerDecision' });

export const simulationSteeredSchema = z
  .strictObject({ runId: uuid, done: z.literal(true) })
  .meta({ id: 'SimulationSteered' });

export const externalRequestsSchema = z
  .strictObject({
    items: z.array(z.strictObject({ agentId: z.string(), tick: z.int(), dueTick: z.int(), view: json })),
  })
  .meta({ id: 'ExternalRequests' });

export type SimulationSteered = z.infer<typeof simulationSteeredSchema>;
export type ExternalRequests = z.infer<typeof externalRequestsSchema>;
