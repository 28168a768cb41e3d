import type { Stack } from '../../src/adapters/embedded';
import { withStack } from '../embedded';
import { describeMachine, load } from '../machine';
import { measureBatchLane } from './batch-lane';
import { measureBatching } from './batching';
import { measureBudget } from './budget';
import { type Form, type FormName, FORMS } from './form';
import { measureGrants } from './grants';
import { Ground } from './ground';
import { measureLimiter } from './limiter';
import { measureOverhead } from './overhead';
import type { GatewayReport } from './print';

export const PARTS = ['limiter', 'batching', 'overhead', 'budget', 'batchLane'] as const;
type Part = (typeof PARTS)[number];

export interface GatewayBenchOptions {
  form: FormName;
  /** Only this part. */
  part?: Part | undefined;
  say(line: string): void;
}

type Figures = Omit<GatewayReport, 'bench' | 'form' | 'machine' | 'loads'>;

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
  const form = FORMS[options.form];
  options.say(form.says);
  const loads: Record<string, number> = {};
  const figures: Figures = {};
  for (const part of PARTS.filter((name) => options.part === undefined || options.part === name)) {
    options.say(`${part}, load ${load()}`);
    Object.assign(figures, { [part]: await MEASURES[part](ground, form) });
    loads[part] = load();
  }
  return { bench: 'gateway', form: options.form, machine: describeMachine(stack, loadBefore), loads, ...figures };
}

const MEASURES: { [P in Part]: (ground: Ground, form: Form) => Promise<Figures[P]> } = {
  limiter: async (ground, form) => ({
    '1': await measureLimiter(ground, 1, form, { restart: false }),
    '3': await measureLimiter(ground, 3, form, { restart: false }),
    restarted: await measureLimiter(ground, 3, form, { restart: true }),
    ...(await measureGrants(ground, form)),
  }),
  batching: measureBatching,
  overhead: measureOverhead,
  budget: measureBudget,
  batchLane: measureBatchLane,
};
