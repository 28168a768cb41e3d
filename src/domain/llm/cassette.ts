import { sha256Hex } from '../kernel/hash';

/**
 * `record` asks the provider and records its answers anew; `replay` answers from recordings only; `hybrid` takes a
 * recording where there is one, and asks and records where there is none.
 */
export const CASSETTE_MODES = ['record', 'replay', 'hybrid'] as const;
export type CassetteMode = (typeof CASSETTE_MODES)[number];

/** Which cassette calls use, and how. Absent where it is expected: none, calls are paid and nothing is recorded. */
export interface CassetteUse {
  name: string;
  mode: CassetteMode;
}

export const CASSETTE_NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;

/** Over the request too, so that an answer that was moved to another request is noticed like one that was changed. */
export function recordingDigest(requestHash: string, answerJson: string): string {
  return sha256Hex(`${requestHash}\n${answerJson}`);
}
