import { httpGet as spec } from '../../../domain/tools/outside';
import { answerOutcome } from '../http/answer-value';
import type { AllowedHosts } from '../http/allowed-hosts';
import { guardedRequest } from '../http/guarded-request';
import type { Tool } from '../tool';

export function httpGet(allowed: AllowedHosts): Tool {
  return {
    ...spec,
    execute: async ({ url }, { signal }) => {
      const answer = await guardedRequest(allowed, { method: 'GET', url: String(url), headers: {}, signal });
      return 'problem' in answer ? { ok: false, error: `Not read: ${answer.problem}.` } : answerOutcome(answer);
    },
  };
}
