import { randomBytes } from 'node:crypto';
import { uuidV7 } from '../../domain/kernel/ids';

/** A new UUIDv7: time-ordered, so the newest rows lie together. */
export function newId(): string {
  return uuidV7(Date.now(), randomBytes(10));
}
