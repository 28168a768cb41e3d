import { median, round } from '../figures';
import type { Form } from './form';
import type { Ground } from './ground';
import { performAll } from './task';

export interface BatchingReport {
  pairs: number;
  callsPerS: number;
  aloneCallsPerS: number;
  callsPerSRatio: number;
  transactionsPerCall: number;
  aloneTransactionsPerCall: number;
  transactionsPerCallRatio: number;
  /** One call at a time, beside a gateway that batches nothing. */
  addedP50Ms: number;
}

interface Side {
  callsPerS: number;
  transactionsPerCall: number;
  p50Ms: number;
}

const BATCH = 20;
const AT_ONCE = 50;
const WARM_UP = 20;
/** A model takes its time; without it nothing but the processor would be measured. */
const PROMPT = '[[tokens: 20]] [[delay: 100]]';

/** The same calls in batches of 20 and of 1, in turn. */
export async function measureBatching(ground: Ground, { isQuick, pairs: most }: Form): Promise<BatchingReport> {
  const counts = isQuick ? { calls: 100, slowCalls: 40 } : { calls: 400, slowCalls: 200 };
  const pairs: { together: Side; alone: Side }[] = [];
  while (pairs.length < most)
    pairs.push({ together: await sideOf(ground, BATCH, counts), alone: await sideOf(ground, 1, counts) });
  const middle = (read: (pair: (typeof pairs)[number]) => number) => round(median(pairs.map(read)));
  return {
    pairs: pairs.length,
    callsPerS: middle(({ together }) => together.callsPerS),
    aloneCallsPerS: middle(({ alone }) => alone.callsPerS),
    callsPerSRatio: middle(({ together, alone }) => together.callsPerS / alone.callsPerS),
    transactionsPerCall: middle(({ together }) => together.transactionsPerCall),
    aloneTransactionsPerCall: middle(({ alone }) => alone.transactionsPerCall),
    transactionsPerCallRatio: middle(({ together, alone }) => together.transactionsPerCall / alone.transactionsPerCall),
    addedP50Ms: middle(({ together, alone }) => together.p50Ms - alone.p50Ms),
  };
}

async function sideOf(
  ground: Ground,
  batchSize: number,
  { calls, slowCalls }: { calls: number; slowCalls: number },
): Promise<Side> {
  const named = { batchSize, warmUp: WARM_UP };
  const busy = ground.task({ ...named, runId: await ground.newRun(), calls, parallel: AT_ONCE, prompt: PROMPT });
  let callsPerS = 0;
  const transactions = await ground.transactionsOf(async () => {
    const { ms } = await performAll(busy);
    callsPerS = (calls * 1000) / ms;
  });
  const slow = await performAll(ground.task({ ...named, runId: await ground.newRun(), calls: slowCalls }));
  return { callsPerS, transactionsPerCall: transactions / (calls + WARM_UP), p50Ms: slow.p50Ms };
}
