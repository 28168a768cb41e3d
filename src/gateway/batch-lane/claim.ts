import { claimSubmission, type BatchRef, type SubmissionClaim } from '../../adapters/postgres/llm-batches';
import { LonghaulError } from '../../domain/kernel/errors';
import { certainlyDead } from '../owner';
import type { Parts } from '../parts';

/** Longer than the requests of one submission may take: after it, its process may not begin one any more. */
const CLAIM_MS = 420_000;
/** How soon a claim of another process is looked at again. */
const LOOK_AGAIN_MS = 5_000;

/**
 * The right to submit a batch. A claim of a process that is certainly gone is taken over at once.
 *
 * @throws LonghaulError CallLeased while another process has it
 */
export async function claim({ deps: { pool }, owner }: Parts, ref: BatchRef, token: string): Promise<SubmissionClaim> {
  const first = await claimSubmission(pool, ref, { owner, token, leaseMs: CLAIM_MS });
  if (first.answer !== 'leased') return first;
  const [lost] = certainlyDead(first.submitter === null ? [] : [first.submitter]);
  const second =
    lost === undefined ? first : await claimSubmission(pool, ref, { owner, token, leaseMs: CLAIM_MS, lost });
  if (second.answer !== 'leased') return second;
  throw new LonghaulError('CallLeased', {
    callKey: `batch ${ref.batchId}`,
    leaseUntil: `its claim ends, in ${second.leftMs} ms`,
    waitMs: Math.min(LOOK_AGAIN_MS, second.leftMs),
    waitedFor: 'other-process',
  });
}
