import { randomBytes } from 'node:crypto';
import { LonghaulError } from '../../domain/kernel/errors';

export interface ApiToken {
  token: string;
  /** Made here, so nobody has it yet: the process prints it. */
  generated: boolean;
}

/**
 * The configured token, or on loopback a fresh one: a laptop needs no set-up, and a server that others can reach never
 * starts with a token that nobody chose.
 *
 * @throws LonghaulError InvalidConfiguration off loopback without a token
 */
export function tokenFor(host: string, configured: string | undefined): ApiToken {
  if (configured !== undefined) return { token: configured, generated: false };
  if (isLoopback(host)) return { token: randomBytes(24).toString('base64url'), generated: true };
  throw new LonghaulError('InvalidConfiguration', {
    detail: `the API is to listen on ${host}, which others can reach, but no token is set. Set LONGHAUL_API_TOKEN (at least 16 characters) or listen on 127.0.0.1.`,
  });
}

/** A name other than localhost may resolve to anything, so it counts as reachable. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || host === '[::1]' || /^127\.\d{1,3}\.\d{1,3}\.\d{1,3}$/.test(host);
}
