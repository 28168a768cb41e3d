import { ApplicationFailure } from '@temporalio/common';

/** What is not recorded is an answer of the fast lane, not its failure: the workflow decides what follows. */
export async function orMiss<T>(play: () => Promise<T>): Promise<T | { outcome: 'miss'; detail: string }> {
  try {
    return await play();
  } catch (error) {
    if (!(error instanceof ApplicationFailure) || error.type !== 'CassetteMiss') throw error;
    return { outcome: 'miss', detail: error.message };
  }
}
