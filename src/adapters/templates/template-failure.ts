import { LonghaulError } from '../../domain/kernel/errors';
import { TEMPLATE_LIMITS } from './limits';

/** The caller knows the agent's name and adds it. */
export function templateFailure(detail: string): LonghaulError {
  return new LonghaulError('TemplateFailed', { detail });
}

/** @throws LonghaulError TemplateFailed */
export function boundOutput(chars: number): void {
  if (chars <= TEMPLATE_LIMITS.outputCharsMax) return;
  throw templateFailure(
    `the prompt has ${chars} characters or more; at most ${TEMPLATE_LIMITS.outputCharsMax} are allowed.`,
  );
}
