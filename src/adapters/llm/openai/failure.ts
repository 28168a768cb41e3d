import { APIConnectionError, APIError } from 'openai';
import type { ErrorReader } from '../wire/failure';

/** The client hands on what stands under `error` in the body. */
export const readError: ErrorReader = {
  isClientError: (error) => error instanceof APIError,
  isConnectionError: (error) => error instanceof APIConnectionError,
  bodyOf: (error) => (error instanceof APIError && error.error ? { error: error.error as unknown } : undefined),
};
