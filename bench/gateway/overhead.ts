import { median, round } from '../figures';
import type { Form } from './form';
import type { Ground } from './ground';
import { performAll, type Task } from './task';

export interface OverheadReport {
  /** Of the process that makes the calls; services are not in it. */
  cpuMsPerCall: number;
  bareCpuMsPerCall: number;
  /** One call at a time, of a model that answers at once. */
  p50Ms: number;
  bareP50Ms: number;
}

const AT_ONCE = 20;
const WARM_UP = 100;

/** The gateway beside the provider's client alone, with the same calls; in turn. */
export async function measureOverhead(ground: Ground, { isQuick, pairs }: Form): Promise<OverheadReport> {
  const [calls, slowCalls] = isQuick ? [200, 50] : [1_000, 300];
  const rounds: Record<Task['side'], { cpuMsPerCall: number; p50Ms: number }>[] = [];
  const sideOf = async (side: Task['side']) => {
    const named = async () => ({ side, warmUp: WARM_UP, runId: await ground.newRun() });
    const busy = await performAll(ground.task({ ...(await named()), calls: calls, parallel: AT_ONCE }));
    const slow = await performAll(ground.task({ ...(await named()), calls: slowCalls }));
    return { cpuMsPerCall: busy.cpuMs / calls, p50Ms: slow.p50Ms };
  };
  while (rounds.length < pairs) rounds.push({ gateway: await sideOf('gateway'), bare: await sideOf('bare') });
  const middle = (side: Task['side'], figure: 'cpuMsPerCall' | 'p50Ms') =>
    round(median(rounds.map((each) => each[side][figure])));
  return {
    ...{ cpuMsPerCall: middle('gateway', 'cpuMsPerCall'), bareCpuMsPerCall: middle('bare', 'cpuMsPerCall') },
    ...{ p50Ms: middle('gateway', 'p50Ms'), bareP50Ms: middle('bare', 'p50Ms') },
  };
}
