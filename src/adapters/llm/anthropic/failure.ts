import { APIConnectionError, APIError } from '@anthropic-ai/sdk';
import type { ErrorReader } from '../wire/failure';

/** The client hands on the whole body, also that of an error event inside a stream. */
export const readError: ErrorReader = {
  isClientError: (error) => error instanceof APIError,
  isConnectionError: (error) => error instanceof APIConnectionError,
  bodyOf: (error) => (error instanceof APIError ? ((error.error as unknown) ?? undefined) : undefined),
};
