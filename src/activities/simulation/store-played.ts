import { playRecordings, type Pool } from '../../adapters/postgres';
import { callUnderWay, type PlayedCall } from '../../domain/llm/played-call';

/** Stores answers that a cassette gave ahead of their ticks, now that these are played. @throws LonghaulError CallLeased */
export async function storePlayed(pool: Pool, calls: readonly PlayedCall[]): Promise<void> {
  if (calls.length === 0) return;
  const answers = await playRecordings(pool, calls);
  const open = answers.findIndex(({ answer }) => answer === 'open');
  if (open >= 0) throw callUnderWay(calls[open]!.callKey);
}
