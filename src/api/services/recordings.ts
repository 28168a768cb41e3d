import type { NewRecording, StoredRecording } from '../../adapters/postgres';
import type { RecordingLine } from '../../contracts/api.schema';
import { canonicalJson } from '../../domain/kernel/canonical-json';
import type { Problem } from '../../domain/kernel/errors';
import { jsonBoundsFindings } from '../../domain/kernel/json-bounds';
import { recordingDigest } from '../../domain/llm/cassette';
import { invalidRequest } from '../http/validate';

/** Canonical JSON recurses; the text may be anything, also what PostgreSQL refuses elsewhere: models emit it. */
const ANSWER_BOUNDS = { depthMax: 64, valuesMax: 100_000, keyCharsMax: 1_024 } as const;

/** One line of an export. */
export function lineOf({ requestHash, answer, sha256, costMicroUsd, recordedAt }: StoredRecording): RecordingLine {
  const parsed = JSON.parse(answer) as RecordingLine['answer'];
  return { requestHash, answer: parsed, sha256, costMicroUsd, recordedAt: recordedAt.toISOString() };
}

/** @throws LonghaulError InvalidRequest naming every line whose answer is not what its digest was taken of */
export function recordingsOf(tenant: string, name: string, lines: readonly RecordingLine[]): NewRecording[] {
  const unusable = lines.flatMap(({ answer }, index) =>
    jsonBoundsFindings(answer, ANSWER_BOUNDS).problems.map(({ path, message }) => ({
      path: `records[${index}].answer.${path}`,
      message,
    })),
  );
  if (unusable.length > 0) throw invalidRequest(`Cassette "${name}"`, unusable);
  const recordings = lines.map(({ requestHash, answer, sha256, costMicroUsd, recordedAt }) => ({
    ...{ tenant, name, requestHash, sha256, costMicroUsd, recordedAt },
    ...{ answer: canonicalJson(answer), model: answer.model, replace: true },
    ...{ inputTokens: answer.usage.inputTokens, outputTokens: answer.usage.outputTokens },
  }));
  const problems = recordings.flatMap(({ requestHash, answer, sha256 }, index): Problem[] => {
    const found = recordingDigest(requestHash, answer);
    if (found === sha256) return [];
    const message = `The answer is not what was recorded: its digest is ${found}. Export it again from its cassette.`;
    return [{ path: `records[${index}].sha256`, message }];
  });
  if (problems.length > 0) throw invalidRequest(`Cassette "${name}"`, problems);
  return recordings;
}
