import { z } from 'zod';

/** `GET /tools`: what agents may name in `tools` and `script.tool`. */
export const toolSchema = z.strictObject({
  name: z.string(),
  description: z.string(),
  parameters: z.record(z.string(), z.unknown()).meta({ description: 'JSON Schema of the arguments.' }),
  sideEffects: z.boolean().meta({ description: 'It changes something outside; `approval: side-effects` asks before.' }),
  pure: z.boolean().meta({ description: 'Same arguments, same result: results are shared.' }),
  origin: z.enum(['built-in', 'plug-in']),
});
export type ToolView = z.infer<typeof toolSchema>;

export const toolListSchema = z.strictObject({ items: z.array(toolSchema) }).meta({ id: 'ToolList' });
export type ToolList = z.infer<typeof toolListSchema>;
