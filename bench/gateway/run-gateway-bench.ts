import type { Stack } from '../../src/adapters/embedded';
import { withStack } from '../embedded';
import { describeMachine, load } from '../machine';
import { measureBatching } from './batching';
import { measureBudget } from './budget';
import { measureGrants } from './grants';
import { Ground } from './ground';
import { measureLimiter } from './limiter';
import { measureOverhead } from './overhead';
import type { GatewayReport } from './print';

export const PARTS = ['limiter', 'batching', 'overhead', 'budget'] as const;
type Part = (typeof PARTS)[number];

export interface GatewayBenchOptions {
  /** One pair of each and short windows: whether it works, not how good it is. */
  quick: boolean;
  /** Only this part. */
  part?: Part | undefined;
  say(line: string): void;
}

type Figures = Omit<GatewayReport, 'bench' | 'machine' | 'loads'>;

/** The paid path without Temporal: processes of callers, each with a gateway of its own, on the services of a stack. */
export async function runGatewayBench(options: GatewayBenchOptions): Promise<GatewayReport> {
  return withStack(options.say, async (stack) => {
    const ground = await Ground.open(stack);
    try {
      return await measureAll(ground, stack, options);
    } finally {
      await ground.close();
    }
  });
}

async function measureAll(ground: Ground, stack: Stack, options: GatewayBenchOptions): Promise<GatewayReport> {
  const loadBefore = load();
  const loads: Record<string, number> = {};
  const figures: Figures = {};
  for (const part of PARTS.filter((name) => options.part === undefined || options.part === name)) {
    options.say(`${part}, load ${load()}`);
    Object.assign(figures, { [part]: await MEASURES[part](ground, options) });
    loads[part] = load();
  }
  return { bench: 'gateway', machine: describeMachine(stack, loadBefore), loads, ...figures };
}

const MEASURES: { [P in Part]: (ground: Ground, options: GatewayBenchOptions) => Promise<Figures[P]> } = {
  limiter: async (ground, { quick }) => ({
    '1': await measureLimiter(ground, 1, { quick, restart: false }),
    '3': await measureLimiter(ground, 3, { quick, restart: false }),
    restarted: await measureLimiter(ground, 3, { quick, restart: true }),
    ...(await measureGrants(ground, { quick })),
  }),
  batching: measureBatching,
  overhead: measureOverhead,
  budget: measureBudget,
};
