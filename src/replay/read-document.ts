import { readFileSync, statSync } from 'node:fs';
import { HISTORY_BYTES_MAX } from '../contracts/history-limits';
import { bareHistorySchema, runHistorySchema, type BareHistory } from '../contracts/wire/run-history.schema';
import { LonghaulError } from '../domain/kernel/errors';
import { messageOf } from '../domain/kernel/message-of';

export interface ReplayInput {
  workflowId: string;
  /** Of the code that wrote the history, where the document says so. */
  workflowBundleSha256?: string;
  histories: BareHistory[];
}

/** A little more than a history may have, for the document around it. */
const FILE_BYTES_MAX = HISTORY_BYTES_MAX + 1024 * 1024;
const STDIN = 0;

/** A run's history as `longhaul history export` writes it, or one execution's as Temporal's own tools do. `-` is stdin. @throws LonghaulError UnusableFile */
export function readDocument(file: string): ReplayInput {
  const document = parsed(file, textOf(file));
  const run = runHistorySchema.safeParse(document);
  if (run.success) {
    const { workflowId, code, executions } = run.data;
    const histories = executions.map(({ history }) => history);
    return { workflowId, workflowBundleSha256: code.workflowBundleSha256, histories };
  }
  const bare = bareHistorySchema.safeParse(document);
  if (bare.success) return { workflowId: 'replayed', histories: [bare.data] };
  throw unusable(file, 'it is neither what `longhaul history export` writes nor a history in Temporal’s JSON form.');
}

function textOf(file: string): string {
  try {
    if (file !== '-' && statSync(file).size > FILE_BYTES_MAX)
      throw unusable(file, `it has more than ${FILE_BYTES_MAX} bytes.`);
    return readFileSync(file === '-' ? STDIN : file, 'utf8');
  } catch (error) {
    if (LonghaulError.is(error)) throw error;
    throw unusable(file, messageOf(error));
  }
}

function parsed(file: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw unusable(file, `it is no JSON: ${messageOf(error)}`);
  }
}

function unusable(file: string, detail: string): LonghaulError {
  return new LonghaulError('UnusableFile', { file: file === '-' ? 'stdin' : file, detail });
}
