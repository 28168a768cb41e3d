import { CancelledFailure } from '@temporalio/common';
import type { Tool, ToolContext } from '../../adapters/tools';
import { LonghaulError } from '../../domain/kernel/errors';
import { jsonBoundsFindings } from '../../domain/kernel/json-bounds';
import { messageOf } from '../../domain/kernel/message-of';
import type { ToolOutcome } from '../../domain/tools/tool';

export interface Execution {
  tool: Tool;
  args: Record<string, unknown>;
  context: Omit<ToolContext, 'signal'>;
  timeoutMs: number;
  /** Nobody wants the result any more. */
  cancelled: AbortSignal;
}

const RESULT_BOUNDS = { depthMax: 64, valuesMax: 500_000, charsMax: 4 * 1024 * 1024, keyCharsMax: 1_024 } as const;
const DETAIL_CHARS_MAX = 300;

/**
 * Runs a tool within its time; one that does not listen to the signal is left behind. Only a throw means that nobody
 * knows how it ended. @throws LonghaulError ToolBroken | CancelledFailure
 */
export async function executeTool({ tool, args, context, timeoutMs, cancelled }: Execution): Promise<ToolOutcome> {
  const late = AbortSignal.timeout(timeoutMs);
  const signal = AbortSignal.any([cancelled, late]);
  const ended = await raced(tool.execute(args, { ...context, signal }), signal);
  if (cancelled.aborted) throw new CancelledFailure(`Tool ${tool.name} was cancelled`);
  if (late.aborted) return { ok: false, error: lateText(tool, timeoutMs) };
  if ('outcome' in ended) return bounded(ended.outcome);
  if (LonghaulError.is(ended.error)) throw ended.error;
  const detail = messageOf(ended.error).slice(0, DETAIL_CHARS_MAX);
  throw new LonghaulError('ToolBroken', { tool: tool.name, detail }, [], { cause: ended.error });
}

type Ended = { outcome: ToolOutcome } | { error: unknown };

async function raced(execution: Promise<ToolOutcome>, signal: AbortSignal): Promise<Ended> {
  const ended = execution.then(
    (outcome): Ended => ({ outcome }),
    (error: unknown): Ended => ({ error }),
  );
  const aborted = new Promise<Ended>((resolve) => {
    const give = () => resolve({ error: signal.reason });
    if (signal.aborted) give();
    else signal.addEventListener('abort', give, { once: true });
  });
  return await Promise.race([ended, aborted]);
}

function lateText({ sideEffects }: Tool, timeoutMs: number): string {
  const start = `The tool did not end within ${timeoutMs / 1000} s.`;
  return sideEffects ? `${start} Whether it had its effect is unknown; it was not repeated.` : start;
}

/** What templates, prompts and artifacts can hold. */
function bounded(outcome: ToolOutcome): ToolOutcome {
  const [problem] = jsonBoundsFindings(outcome, RESULT_BOUNDS).problems;
  return problem === undefined
    ? outcome
    : { ok: false, error: `The result of the tool cannot be used: ${problem.path}: ${problem.message}` };
}
