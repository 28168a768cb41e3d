import { randomUUID } from 'node:crypto';
import type { Request, RequestHandler } from 'express';
import { assert } from '../../domain/kernel/assert';

const ACCEPTED = /^[\w.-]{1,128}$/;

/** A caller's own id is kept when it is harmless in logs and headers; anything else gets a new one. */
export const requestId: RequestHandler = (req, res, next) => {
  const given = req.get('x-request-id');
  req.id = given !== undefined && ACCEPTED.test(given) ? given : randomUUID();
  res.setHeader('x-request-id', req.id);
  next();
};

/** The type of `req.id` is the logger's, which also allows numbers and objects. */
export function requestIdOf(req: Request): string {
  assert(typeof req.id === 'string', 'the request id is set before anything else');
  return req.id;
}
