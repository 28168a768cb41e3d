import { redact } from '../../domain/llm/redact';
import type { AgentOutcome, OutsideAgent } from '../../domain/simulation/runners/question';
import type { OpenCredential } from './credentials';
import { readAnswer } from './read-answer';
import { tells } from './tells';

/** One exchange with a host that the operator allowed. */
export type Post = (request: {
  method: 'POST';
  url: string;
  headers: Readonly<Record<string, string>>;
  body: string;
  signal: AbortSignal;
}) => Promise<Answered>;

type Answered = { status: number; text: string } | { problem: string };

/** Asked too often, or broken for now; any other 4xx says that this question is not answered there. */
const WORTH_ASKING_AGAIN = (status: number) => status >= 500 || status === 408 || status === 425 || status === 429;
const DETAIL_CHARS_MAX = 200;

/** Bring your own agent: the question as a POST, the decision as its answer. */
export function httpAgent(url: string, post: Post, credential?: OpenCredential): OutsideAgent {
  return {
    ask: async (question, signal) => {
      const headers = {
        ...{ 'content-type': 'application/json', 'idempotency-key': question.requestKey },
        ...(credential ? { authorization: credential.authorization } : {}),
      };
      const answer = await post({ method: 'POST', url, headers, body: JSON.stringify(question), signal });
      return outcomeOf(answer, credential ? [credential.secret] : []);
    },
  };
}

function outcomeOf(answered: Answered, secrets: readonly string[]): AgentOutcome {
  // First of all: what is wrong with an answer is told with a piece of it, also by the guard.
  const said = 'problem' in answered ? answered.problem : answered.text;
  if (tells(said, secrets)) return { problem: 'its answer holds the credential that it was sent', again: false };
  if ('problem' in answered) return { problem: answered.problem, again: true };
  return readOutcome(answered);
}

function readOutcome({ status, text }: { status: number; text: string }): AgentOutcome {
  if (status < 200 || status > 299) {
    const said = redact(text, [], DETAIL_CHARS_MAX);
    const problem = `it answered with status ${status}${said === '' ? '' : `: ${said}`}`;
    return { problem, again: WORTH_ASKING_AGAIN(status) };
  }
  const answer = readAnswer(text);
  return 'problem' in answer ? { ...answer, again: true } : answer;
}
