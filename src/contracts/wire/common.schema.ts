import { z } from 'zod';
import { ERRORS, type ErrorCode } from '../../domain/kernel/errors';

/** Bounds that several resources share. A page is small enough to stay under a megabyte of JSON. */
export const PAGE_LIMITS = { itemsDefault: 50, itemsMax: 200, cursorCharsMax: 512, nameCharsMax: 128 } as const;

export const timestamp = z.iso.datetime().meta({ description: 'ISO 8601, UTC.' });
export const microUsd = z.int().meta({ description: 'Micro-dollars: 1,000,000 are one US dollar.' });
export const uuid = z.uuid();
export const sha256 = z.string().regex(/^[0-9a-f]{64}$/);
export const name = z.string().min(1).max(PAGE_LIMITS.nameCharsMax);

/** A number in a query string. The generator of the API document needs to be told that it is an integer. */
export function queryInteger(minimum: number, maximum: number) {
  return z.coerce.number().int().min(minimum).max(maximum).meta({ type: 'integer', minimum, maximum });
}

export const pageQuery = {
  limit: queryInteger(1, PAGE_LIMITS.itemsMax).default(PAGE_LIMITS.itemsDefault),
  cursor: z
    .string()
    .min(1)
    .max(PAGE_LIMITS.cursorCharsMax)
    .optional()
    .meta({ description: '`nextCursor` of the page before; do not look inside.' }),
};

/** A page of a list, newest first. */
export function page<T extends z.ZodType>(item: T) {
  return z.strictObject({
    items: z.array(item),
    nextCursor: z.string().nullable().meta({ description: 'Ask for the next page with it; null on the last one.' }),
  });
}

export const runParams = z.strictObject({ id: uuid });

export const problemSchema = z.strictObject({
  path: z
    .string()
    .meta({ description: 'The offending part, such as `agents[3].dependencies[0]`; `(root)` for the whole.' }),
  message: z.string(),
});

/** Every error answer (RFC 9457, `application/problem+json`). */
export const problemDetailsSchema = z
  .strictObject({
    type: z.string().meta({ description: '`urn:longhaul:error:` and the code.' }),
    title: z.string(),
    status: z.int(),
    code: z.enum(Object.keys(ERRORS) as [ErrorCode, ...ErrorCode[]]),
    detail: z.string().meta({ description: 'Where, what came, what was expected, what to do.' }),
    instance: z.string(),
    requestId: z.string(),
    problems: z.array(problemSchema).meta({ description: 'Every finding of a validation, not only the first.' }),
  })
  .meta({ id: 'Problem' });

export type ProblemDetails = z.infer<typeof problemDetailsSchema>;
