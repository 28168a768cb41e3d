import { z } from 'zod';
import { name } from './common.schema';
import { agentBudgetSchema, failurePolicySchema, fastForwardRuleSchema } from './simulation-agents.schema';
import { agentId, SIMULATION_LIMITS } from './simulation-fields.schema';
import { forkSchema, startSimulationSchema } from './simulation-start.schema';

const terms = {
  rules: z.array(fastForwardRuleSchema).max(SIMULATION_LIMITS.rulesMax).optional().meta({
    description: 'In place of all rules of before. A fast-forward under way goes on to where it was going.',
  }),
  failures: failurePolicySchema.optional(),
  budgets: z
    .record(agentId, agentBudgetSchema)
    .refine((budgets) => Object.keys(budgets).length <= SIMULATION_LIMITS.agentsMax, {
      error: `Expected at most ${SIMULATION_LIMITS.agentsMax} agents.`,
    })
    .optional()
    .meta({ description: 'By agent, each in place of its whole budget of before. What was used stays used.' }),
  worldVersion: z.int().positive().max(2_147_483_647).optional().meta({
    description: 'A later version of the world, which takes over between two ticks. There is no way back.',
  }),
};

/** What may change of a simulation while it lasts. */
export const simulationTermsSchema = z.strictObject(terms).meta({ id: 'SimulationTerms' });

const changes = { name: name.optional().meta({ description: 'For people; also of a run that is over.' }), ...terms };

export const simulationChangeSchema = z.strictObject(changes).meta({ id: 'SimulationChange' });

const BUDGET = 'Not changed here: raise what the run may cost with POST /runs/{id}/budget (longhaul runs budget).';
const FIXED =
  'Does not change while a run lasts: a fork goes on with another one (longhaul fork, POST /simulations/{id}/fork).';
const FIXED_FOREVER = 'Does not change, neither while a run lasts nor in a fork: start another simulation.';

/** Every field of a simulation that is no term is refused by name, with the way there is instead. */
const refused = Object.fromEntries(
  Object.keys({ ...startSimulationSchema.shape, ...forkSchema.shape })
    .filter((field) => !Object.hasOwn(changes, field))
    .map((field) => [field, z.never({ error: reasonFor(field) }).optional()]),
);

export const changeSimulationSchema = z
  .strictObject({ ...refused, ...changes })
  .refine((wanted) => Object.values(wanted).some((value) => value !== undefined), {
    error: 'Expected at least one of name, rules, failures, budgets, worldVersion.',
  });

export type SimulationTermsBody = z.infer<typeof simulationTermsSchema>;
export type SimulationChange = z.infer<typeof simulationChangeSchema>;

function reasonFor(field: string): string {
  if (field === 'costBudgetUsd') return BUDGET;
  return Object.hasOwn(forkSchema.shape, field) ? FIXED : FIXED_FOREVER;
}
