import pino, { type DestinationStream, type Logger } from 'pino';

export type Log = Logger;

/** A user and password in a URL, as drivers like to put into their messages. */
const URL_CREDENTIALS = /\/\/[^/@\s]*@/g;

const REDACTED = ['authorization', '*.authorization', '*.apiKey', '*.openaiApiKey', '*.token', '*.password'];

/**
 * JSON lines on stderr; stdout carries only READY.
 *
 * @param fields stand in every line
 */
export function createLog(
  level: string,
  fields: Record<string, unknown>,
  destination: DestinationStream = pino.destination(2),
): Log {
  return pino(
    {
      level,
      base: { pid: process.pid, ...fields },
      timestamp: pino.stdTimeFunctions.isoTime,
      serializers: { err: (error: unknown) => errorView(error), error: (error: unknown) => errorView(error) },
      redact: REDACTED,
    },
    destination,
  );
}

/** Chosen members only: a refused Redis password stands in the `command` that its client hangs on the error. */
function errorView(error: unknown, depth = 0): unknown {
  if (!(error instanceof Error)) return { message: 'not an Error', type: typeof error };
  const { name, message, stack, code, cause } = error as Error & { code?: unknown };
  const view = { type: name, message: clean(message), code, stack: clean(stack ?? '') };
  return cause instanceof Error && depth < 3 ? { ...view, cause: errorView(cause, depth + 1) } : view;
}

function clean(text: string): string {
  return text.replace(URL_CREDENTIALS, '//…@');
}
