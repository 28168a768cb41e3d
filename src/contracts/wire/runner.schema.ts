import { z } from 'zod';
import { COMMAND_NAME, RUNNER_KINDS } from '../../domain/simulation/runners/runner';
import { page, pageQuery, timestamp } from './common.schema';

export const RUNNER_LIMITS = { capabilitiesMax: 50, textCharsMax: 256, choicesMax: 50, urlCharsMax: 2_048 } as const;

const capabilityText = z.string().min(1).max(RUNNER_LIMITS.textCharsMax);
export const runnerId = z
  .string()
  .regex(/^[a-zA-Z][\w.-]{0,63}$/, 'Expected a letter, then up to 63 letters, digits, dots, dashes or underscores.');
export const commandName = z.string().regex(COMMAND_NAME);
export const credentialName = z.string().regex(COMMAND_NAME).meta({
  description: 'Name of a credential in `runners.credentials` of the installation; it is sent as `authorization`.',
});
export const agentUrl = z.url({ protocol: /^https?$/ }).max(RUNNER_LIMITS.urlCharsMax);

export const capabilitiesSchema = z
  .record(
    z.string().regex(/^[a-zA-Z][\w.-]{0,63}$/),
    z.union([capabilityText, z.number(), z.boolean(), z.array(capabilityText).max(RUNNER_LIMITS.choicesMax)]),
  )
  .refine((given) => Object.keys(given).length <= RUNNER_LIMITS.capabilitiesMax, {
    error: `At most ${RUNNER_LIMITS.capabilitiesMax} capabilities.`,
  })
  .meta({ description: 'By name: a text, a truth, an amount, or a list of texts. Wanted amounts are at least.' });

const registration = {
  id: runnerId.meta({ description: 'Registering it again renews what it said.' }),
  capabilities: capabilitiesSchema.default({}),
  ttlSeconds: z
    .int()
    .min(1)
    .max(30 * 86_400)
    .optional()
    .meta({ description: 'It counts as gone unless it registers again within this time; never when absent.' }),
};

export const registerRunnerSchema = z
  .discriminatedUnion('kind', [
    z.strictObject({
      ...{ ...registration, kind: z.literal('endpoint') },
      ...{ url: agentUrl, credential: credentialName.optional() },
    }),
    z.strictObject({
      ...{ ...registration, kind: z.literal('process') },
      command: commandName.meta({ description: 'Name of a program in `runners.commands` of the installation.' }),
    }),
    z.strictObject({
      ...{ ...registration, kind: z.literal('worker') },
      taskQueue: z.string().regex(/^[\w.-]{1,128}$/),
    }),
  ])
  .meta({ id: 'RegisterRunner' });
export type RegisterRunner = z.infer<typeof registerRunnerSchema>;

export const runnerSchema = z
  .strictObject({
    id: z.string(),
    kind: z.enum(RUNNER_KINDS),
    address: z.string().meta({ description: 'URL of an endpoint, name of a command, task queue of a worker.' }),
    capabilities: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.array(z.string())])),
    credential: z.string().nullable().meta({ description: 'What the operator calls that which an endpoint is sent.' }),
    registeredAt: timestamp,
    seenAt: timestamp.meta({ description: 'When it registered last.' }),
    goneAt: timestamp.nullable().meta({ description: 'When it counts as gone unless it registers again.' }),
    gone: z.boolean(),
  })
  .meta({ id: 'Runner' });
export type RunnerView = z.infer<typeof runnerSchema>;

export const runnerListQuery = z.strictObject(pageQuery);
export const runnerPageSchema = page(runnerSchema).meta({ id: 'RunnerPage' });
export type RunnerPage = z.infer<typeof runnerPageSchema>;
export const runnerParams = z.strictObject({ id: runnerId });
export const runnerDeletedSchema = z.strictObject({ deleted: z.literal(true) }).meta({ id: 'RunnerDeleted' });
