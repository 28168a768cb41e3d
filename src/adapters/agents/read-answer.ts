import { z } from 'zod';
import type { Json } from '../../domain/kernel/canonical-json';
import { jsonBoundsProblems } from '../../domain/kernel/json-bounds';
import { problemPath } from '../../domain/kernel/problem-path';
import type { AgentAnswer } from '../../domain/simulation/runners/question';

/** A decision is in the history of its run, which a whole run's worth of them has to fit. */
const BOUNDS = { depthMax: 12, valuesMax: 5_000, charsMax: 32 * 1024, keyCharsMax: 128 };
const METRICS_MAX = 16;

const answerSchema = z.strictObject({
  decision: z.unknown().refine((value) => value !== undefined, 'expected what the agent decides'),
  metrics: z
    .record(z.string().regex(/^[a-zA-Z_][\w.:-]{0,127}$/), z.number())
    .refine((given) => Object.keys(given).length <= METRICS_MAX, `expected at most ${METRICS_MAX} metrics`)
    .default({}),
  /** On a line, so that a late answer is not taken for that of the next question. */
  requestKey: z.string().optional(),
});

/** `{"decision": …, "metrics": {"name": number}}`, bounded; what is wrong with anything else. */
export function readAnswer(text: string): (AgentAnswer & { requestKey?: string | undefined }) | { problem: string } {
  const value = parsed(text);
  if (value === undefined) return { problem: `the answer is no JSON; it begins: ${JSON.stringify(text.slice(0, 80))}` };
  const excess = jsonBoundsProblems(value, BOUNDS)[0];
  if (excess) return { problem: `the answer has ${excess.path}: ${excess.message}` };
  const answer = answerSchema.safeParse(value);
  if (!answer.success) return { problem: `the answer is not {"decision": …}: ${findings(answer.error)}` };
  const { decision, metrics, requestKey } = answer.data;
  return { decision: decision as Json, metrics, requestKey };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

function findings({ issues }: z.ZodError): string {
  return issues.map(({ path, message }) => `${problemPath(path)}: ${message}`).join('; ');
}
