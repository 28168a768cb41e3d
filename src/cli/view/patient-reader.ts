import { ApiProblem, ApiUnreachable, type ApiClient } from '../../client/api-client';
import { pause } from './pause';

/** A supervisor brings a killed API back within seconds; a deployment takes longer. */
const PATIENCE_MS = 60_000;
const RETRY_MS = 1_000;

export interface PatientReaderOptions {
  signal?: AbortSignal | undefined;
  note(text: string): void;
  /** Why waiting is in vain, if it is. */
  givesUp?: (() => Error | undefined) | undefined;
  patienceMs?: number;
}

/**
 * Reads again and again while the API restarts: what runs, runs without it. Only once it has answered: an API that was
 * never there is told at once.
 */
export class PatientReader {
  private answered = false;

  constructor(
    private readonly api: ApiClient,
    private readonly options: PatientReaderOptions,
  ) {}

  /** @throws ApiProblem, ApiUnreachable after a minute without an answer, the signal's reason, what `givesUp` says */
  async get<T>(path: string): Promise<T> {
    const { signal, note, givesUp, patienceMs = PATIENCE_MS } = this.options;
    let silentSinceMs: number | undefined;
    for (;;) {
      try {
        const answer = await this.api.get<T>(path, {}, signal);
        if (silentSinceMs !== undefined) note('The API answers again.');
        this.answered = true;
        return answer;
      } catch (error) {
        if (!this.answered || !isPassing(error)) throw error;
        if (silentSinceMs === undefined)
          note(`${error.message}\nThe run does not need it; asking again for ${patienceMs / 1000} s.`);
        silentSinceMs ??= performance.now();
        const inVain = givesUp?.();
        if (inVain) throw inVain;
        if (performance.now() - silentSinceMs > patienceMs) throw error;
      }
      await pause(RETRY_MS, signal);
    }
  }
}

function isPassing(error: unknown): error is Error {
  return error instanceof ApiUnreachable || (error instanceof ApiProblem && error.status >= 500);
}
