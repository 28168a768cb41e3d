import { z } from 'zod';
import { runCassetteSchema } from './cassette.schema';
import { name } from './common.schema';
import { experimentId } from './run.schema';
import { failurePolicySchema, fastForwardRuleSchema, simulatedAgentSchema } from './simulation-agents.schema';
import { json, SIMULATION_LIMITS, tickNumber, usd } from './simulation-fields.schema';

export const scenarioChoice = z.union(
  [
    name,
    z.strictObject({ name, version: z.int().positive().max(2_147_483_647).optional() }),
    z.record(z.string(), json),
  ],
  { error: 'Expected the name of a scenario, { name, version }, or what is different from the standard scenario.' },
);

export const startSimulationSchema = z
  .strictObject({
    name: name.default('simulation').meta({ description: 'For people; it need not be unique.' }),
    world: z.string().max(64).default('marketplace'),
    scenario: scenarioChoice.default({}).meta({
      description: 'A stored scenario, by which the run is also judged; or what is different from the standard one.',
    }),
    seed: z.int().min(0).max(4_294_967_295).default(42),
    ticks: tickNumber.optional().meta({ description: 'As long as its scenario when absent; 180 without one.' }),
    agents: z
      .array(simulatedAgentSchema)
      .min(1)
      .max(SIMULATION_LIMITS.agentsMax)
      .optional()
      .meta({ description: 'Everybody of the scenario is `baseline-v1` when absent.' }),
    rules: z.array(fastForwardRuleSchema).max(SIMULATION_LIMITS.rulesMax).default([]),
    failures: failurePolicySchema
      .prefault({})
      .meta({ description: 'How many failures of one agent in a row are too many, and what then.' }),
    costBudgetUsd: usd('What all decisions together may cost.').default(10),
    experiment: experimentId.optional(),
    cassette: runCassetteSchema.optional().meta({ description: 'By default as the installation is set.' }),
    start: z
      .boolean()
      .default(true)
      .meta({ description: 'false: it is checked and stored, and waits for POST /simulations/{id}/start.' }),
  })
  .meta({ id: 'StartSimulation' });

export const forkSchema = z
  .strictObject({
    name: name.optional(),
    tick: z.int().min(0).max(SIMULATION_LIMITS.ticksMax).meta({ description: 'After this tick it goes its own way.' }),
    agents: z.array(simulatedAgentSchema).min(1).max(SIMULATION_LIMITS.agentsMax).optional(),
    change: z
      .record(z.string(), json)
      .optional()
      .meta({ description: 'Rules of the world that are different from here on.' }),
    worldVersion: z
      .int()
      .positive()
      .max(2_147_483_647)
      .optional()
      .meta({ description: 'A later version of the world to go on in; its parent’s when absent.' }),
    rules: z.array(fastForwardRuleSchema).max(SIMULATION_LIMITS.rulesMax).optional(),
    ticks: tickNumber.optional(),
    costBudgetUsd: usd('What the decisions after the fork may cost.').default(10),
    cassette: runCassetteSchema.optional().meta({
      description: 'Of the decisions after the fork; by default as the installation is set.',
    }),
  })
  .meta({ id: 'ForkSimulation' });

/** When it begins is no part of what is played. */
export type StartSimulation = Omit<z.infer<typeof startSimulationSchema>, 'start'>;
export type StartedAgents = NonNullable<StartSimulation['agents']>;
export type ForkSimulation = z.infer<typeof forkSchema>;
