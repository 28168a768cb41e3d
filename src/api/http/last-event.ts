import { z } from 'zod';
import type { RequestContext } from '../route';
import { valid } from './validate';

/** Ids of our streams are numbers: ticks, steps. */
const lastEventId = z
  .string()
  .regex(/^\d{1,10}$/, 'Expected the id of an event of this stream, which is a number.')
  .transform(Number)
  .pipe(z.int().max(2_147_483_647))
  .optional();

/** Behind which event a stream goes on: what an EventSource that comes back says by itself. @throws LonghaulError InvalidRequest */
export function lastEventOf({ header }: RequestContext): number | undefined {
  return valid(lastEventId, header('last-event-id'), 'Headers', 'last-event-id');
}
