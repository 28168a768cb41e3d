import { z } from 'zod';
import { settingsSchema, type SettingMeta } from './settings';

/** One row of the reference, of `.env.example` and of `longhaul config show`. */
export interface SettingDescription extends SettingMeta {
  /** Dotted, as in longhaul.yaml: `api.port`. */
  path: string;
  /** What is taken when nothing is given; undefined where the setting is optional. */
  fallback: unknown;
  secret: boolean;
  list: boolean;
}

/** Every setting in declared order, read from the schema so that nothing is written down twice. */
export function describeSettings(): readonly SettingDescription[] {
  return (described ??= describe(settingsSchema, []));
}

let described: readonly SettingDescription[] | undefined;

function describe(type: z.ZodType, path: readonly string[]): SettingDescription[] {
  const inner = type instanceof z.ZodPrefault ? (type.unwrap() as z.ZodType) : type;
  if (inner instanceof z.ZodObject) {
    return Object.entries(inner.shape).flatMap(([name, member]) => describe(member as z.ZodType, [...path, name]));
  }
  const meta = inner.meta() as unknown as SettingMeta;
  return [
    {
      path: path.join('.'),
      env: meta.env,
      description: meta.description,
      secret: meta.secret === true,
      list: meta.list === true,
      fallback: inner.safeParse(undefined).data,
    },
  ];
}
