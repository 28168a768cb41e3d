import { LonghaulError } from '../domain/kernel/errors';

/** A flag, or the same text sent to a control endpoint, that cannot be used. `detail` says what came and what is accepted. */
export function configurationError(detail: string): LonghaulError {
  return new LonghaulError('InvalidConfiguration', { detail });
}
