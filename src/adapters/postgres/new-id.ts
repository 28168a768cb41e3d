import { randomBytes } from 'node:crypto';
import { uuidV7 } from '../../domain/kernel/ids';

/** The id of a new row or artifact, a UUIDv7: time-ordered, so the newest rows lie together. */
export function newId(): string {
  return uuidV7(Date.now(), randomBytes(10));
}
