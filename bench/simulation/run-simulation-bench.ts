import { connectTemporal } from '../../src/adapters/temporal';
import { BareSide } from '../bare-side';
import { withStack } from '../embedded';
import { round } from '../figures';
import { describeMachine, load } from '../machine';
import { measureAgentTicks } from './agent-ticks';
import { measureFork } from './fork';
import { measureFastTicks } from './fast-ticks';
import { type Form, FORMS } from './form';
import { measureForward } from './forward';
import type { Ground } from './ground';
import { measureKills } from './kill';
import type { MarketplaceReport, SimulationReport } from './print';
import { replayTicksPerS } from './replayed';
import { Simulations } from './simulations';

export interface SimulationBenchOptions {
  /** One pair of short runs: whether it works, not how fast it is. */
  quick: boolean;
  say(line: string): void;
}

const WARM_UP: Pick<Form, 'forwardTicks' | 'agentTicks' | 'fastTicks' | 'pairs'> = {
  ...{ forwardTicks: 200, agentTicks: 10, fastTicks: 10, pairs: 1 },
};

/** Simulations beside the engine alone and beside bare Temporal workflows, on one server, in turn. */
export async function runSimulationBench(options: SimulationBenchOptions): Promise<SimulationReport> {
  return withStack(options.say, async (stack) => {
    const { address, namespace } = stack.state.services.temporal!;
    const { client, close } = await connectTemporal({ address, namespace });
    const bare = await BareSide.start(client, address, stack.state.services.postgres!.url);
    try {
      return await measureAll({ stack, client, bare, simulations: new Simulations(stack, client) }, options);
    } finally {
      await bare.stop();
      await close();
    }
  });
}

async function measureAll(ground: Ground, { quick, say }: SimulationBenchOptions): Promise<SimulationReport> {
  const loadBefore = load();
  const form = FORMS[quick ? 'quick' : 'usual'];
  say(form.says);
  say('warming up'); // first calls load code and compile it
  await measureForward(ground, WARM_UP);
  await measureAgentTicks(ground, WARM_UP);
  await measureFastTicks(ground, WARM_UP);
  const marketplace = await measureMarketplace(ground, form, say);
  return {
    bench: 'simulation',
    form: quick ? 'quick' : 'usual',
    machine: describeMachine(ground.stack, loadBefore),
    worlds: { marketplace },
  };
}

async function measureMarketplace(ground: Ground, form: Form, say: (line: string) => void): Promise<MarketplaceReport> {
  const { agentTicks } = form;
  const step = <T>(what: string, work: () => Promise<T>): Promise<T> => {
    say(`${what}, load ${load()}`);
    return work();
  };
  const forward = await step('fast-forward', () => measureForward(ground, form));
  const { report, undisturbed } = await step('agent ticks', () => measureAgentTicks(ground, form));
  const fast = await step('ticks from a cassette', () => measureFastTicks(ground, form));
  const replayed = await step('replay', () => replayTicksPerS(ground, undisturbed));
  const { before, after } = await step('fork', () => measureFork(ground, agentTicks, undisturbed));
  const killed = await step('kills', () => measureKills(ground, form, undisturbed));
  return {
    ...forward,
    ...report,
    ...fast,
    agentTicksPerS: { ...report.agentTicksPerS, ...fast.agentTicksPerS },
    replayTicksPerS: replayed,
    replayToRun: round(replayed / report.agentTicksPerS.paid, 1),
    ...killed,
    ...{ forkCallsBefore: before, forkCallsAfter: after },
  };
}
