import { z } from 'zod';

const HEADER_NAME = /^[A-Za-z0-9-]{1,64}$/;
const specFields = {
  name: z.string().regex(/^[A-Za-z0-9_-]{1,64}$/, 'letters, digits, "_" and "-", at most 64'),
  description: z.string().min(1).max(1_024),
  parameters: z
    .record(z.string(), z.unknown())
    .default({ type: 'object', properties: {}, additionalProperties: false }),
};

/** A tool that is a web service: a YAML or JSON file. */
export const httpToolSchema = z.strictObject({
  ...specFields,
  /** `{name}` in it stands for an argument. */
  url: z.string().min(1).max(2_048),
  method: z.enum(['GET', 'POST', 'PUT', 'PATCH', 'DELETE']).default('GET'),
  /** `${NAME}` in a value stands for an environment variable. */
  headers: z.record(z.string().regex(HEADER_NAME), z.string().max(4_096)).default({}),
  /** What is not a GET changes something, unless it says otherwise. */
  sideEffects: z.boolean().optional(),
  idempotent: z.boolean().default(false),
});
export type HttpToolDeclaration = z.infer<typeof httpToolSchema>;

/** A tool that is a module: what it exports. Its function is not looked into. */
export const moduleToolSchema = z.strictObject({
  ...specFields,
  sideEffects: z.boolean(),
  pure: z.boolean(),
  idempotent: z.boolean().default(false),
  execute: z.custom<(args: Record<string, unknown>, context: unknown) => unknown>(
    (value) => typeof value === 'function',
    'expected a function',
  ),
});
