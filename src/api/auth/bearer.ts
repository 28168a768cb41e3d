import { createHash, timingSafeEqual } from 'node:crypto';
import { LonghaulError } from '../../domain/kernel/errors';

const BEARER = /^Bearer +([\x21-\x7e]{1,512})$/i;

/**
 * Whether the header carries the token. Digests are compared, because timingSafeEqual needs equal lengths and a
 * length check first would tell the token's.
 */
export function tokenChecker(token: string): (authorization: string | undefined) => boolean {
  const expected = digest(token);
  return (authorization) => {
    const given = BEARER.exec(authorization ?? '')?.[1];
    return timingSafeEqual(digest(given ?? ''), expected) && given !== undefined;
  };
}

/** @throws LonghaulError Unauthorized */
export function requireToken(
  matches: (authorization: string | undefined) => boolean,
  authorization: string | undefined,
): void {
  if (!matches(authorization)) throw new LonghaulError('Unauthorized');
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
