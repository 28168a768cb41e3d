/** The body of an OpenAI error. `param` names the offending field, `code` is what clients branch on. */
export interface ApiErrorBody {
  message: string;
  type: string;
  param: string | null;
  code: string | null;
}

/** An answer other than 200. Whatever ends as one was not accepted and is not billed. */
export class ApiError extends Error {
  override readonly name = 'ApiError';

  constructor(
    readonly status: number,
    readonly body: ApiErrorBody,
    readonly headers: Readonly<Record<string, string>> = {},
  ) {
    super(body.message);
  }
}

/** 400, as OpenAI answers a request that it cannot accept. */
export function badRequest(message: string, param: string | null = null, code: string | null = null): ApiError {
  return new ApiError(400, { message, type: 'invalid_request_error', param, code });
}

/** 404 for a path, a model or a method that is not there. */
export function notFound(message: string, code: string | null = null): ApiError {
  return new ApiError(404, { message, type: 'invalid_request_error', param: null, code });
}
