import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

export interface Credentials {
  apiToken: string;
  postgresPassword: string;
  redisPassword: string;
}

/**
 * Reads the stack's secrets, or makes them once. Loopback alone does not keep the other users of a machine out. They
 * stay the same over restarts, because the database remembers its own.
 */
export function loadCredentials(file: string): Credentials {
  if (existsSync(file)) return JSON.parse(readFileSync(file, 'utf8')) as Credentials;
  const credentials = { apiToken: secret(), postgresPassword: secret(), redisPassword: secret() };
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, `${JSON.stringify(credentials, null, 2)}\n`, { mode: 0o600 });
  return credentials;
}

/** Hex, so that it needs no escaping in a connection string. */
function secret(): string {
  return randomBytes(24).toString('hex');
}
