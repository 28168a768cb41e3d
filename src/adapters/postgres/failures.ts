import { LonghaulError } from '../../domain/kernel/errors';

/** Two transactions were in each other's way; nothing was done, and the same again is right. */
export function isConflict(error: unknown): boolean {
  return ['40P01', '40001'].includes(codeOf(error));
}

/**
 * The connection or the server went away: what was asked for may or may not have been done. 57P01–57P03 shutdown and
 * start-up, 53300 too many connections, 08* connection, 57014 statement timeout; the rest are the client's own.
 */
export function isConnectionFailure(error: unknown): boolean {
  const code = codeOf(error);
  return (
    ['57P01', '57P02', '57P03', '53300', '57014'].includes(code) ||
    code.startsWith('08') ||
    SOCKET_CODES.has(code) ||
    (error instanceof Error && CLIENT_MESSAGES.test(error.message))
  );
}

/** Rolled back by the server, which answers others: mostly somebody held a lock for longer than a statement may last. */
export function isStatementTimeout(error: unknown): boolean {
  return codeOf(error instanceof Error && error.cause !== undefined ? error.cause : error) === '57014';
}

const SOCKET_CODES = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'ENOTFOUND',
  'EAI_AGAIN',
  'ENOENT',
  'EHOSTUNREACH',
  'ENETUNREACH',
]);

/** `pg` gives these no code. */
const CLIENT_MESSAGES =
  /^(Connection terminated|Query read timeout|timeout exceeded when trying to connect|timeout expired|Client has encountered a connection error|Client was closed|Connection ended)/;

/** Whether an error that left this adapter means that PostgreSQL does not answer. */
export function isPostgresDown(error: unknown): boolean {
  return (
    isConnectionFailure(error) ||
    (LonghaulError.is(error) && error.code === 'ServiceUnavailable' && error.params.service === SERVICE)
  );
}

const SERVICE = 'PostgreSQL';

/** @returns the error that leaves this adapter: connection failures by the table's name, everything else as it is. */
export function translate(error: unknown): unknown {
  if (!isConnectionFailure(error)) return error;
  return new LonghaulError(
    'ServiceUnavailable',
    { service: SERVICE, detail: (error as Error).message || codeOf(error) },
    [],
    { cause: error },
  );
}

/** Also finds the code of the first of several failed addresses (`localhost` as ::1 and 127.0.0.1). */
function codeOf(error: unknown): string {
  if (error instanceof AggregateError && error.errors.length > 0) return codeOf(error.errors[0]);
  if (typeof error !== 'object' || error === null || !('code' in error)) return '';
  return typeof error.code === 'string' ? error.code : '';
}
