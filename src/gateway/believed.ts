import { ProviderFailure } from '../adapters/llm/provider';
import type { ChatAnswer } from '../domain/llm/chat';
import { usageProblem } from '../domain/llm/usage';

/** @throws ProviderFailure for an answer whose usage cannot be believed: it may not be booked at what it claims. */
export function believed(answer: ChatAnswer): ChatAnswer {
  const problem = usageProblem(answer.usage);
  if (problem === null) return answer;
  throw new ProviderFailure({
    class: 'unknown',
    detail: `the usage report cannot be believed: ${problem}`,
    retryAfterMs: null,
    status: 200,
    maybeBilled: true,
    providerRequestId: answer.providerRequestId,
    responseOver: true,
  });
}
