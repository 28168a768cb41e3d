import type { Command } from 'commander';
import { SIMULATION_LIMITS, type SimulationStarted, type SimulationView } from '../../contracts/api.schema';
import { readMapping } from '../graph-files';
import { asGiven } from '../http/as-given';
import { wishedAgents, type Agent, type AgentWishes } from '../simulation/agents';
import { optionsOf, speaksOfAgents } from '../simulation/definition';
import { simulationPath } from '../simulation/paths';
import { cassetteOf, type CassetteOptions, cassetteOptions } from './cassette-options';
import { integerBetween, jsonValue, usDollars } from './option-values';
import { apiCommand, contextOf, type Context, type Registration } from './registration';
import { agentOptions, watchOptions, watchStarted, type WatchOptions } from './simulate';

interface ForkOptions extends WatchOptions, AgentWishes, CassetteOptions {
  tick: number;
  file?: string;
  name?: string;
  change?: unknown;
  ticks?: number;
  worldVersion?: number;
  budget?: number;
}

export const registerFork: Registration = (program) => {
  const { ticksMax } = SIMULATION_LIMITS;
  const fork = apiCommand(program, 'fork <runId>', 'go another way from a recorded tick of a simulation on')
    .requiredOption('--tick <n>', 'after this tick it goes its own way', integerBetween(0, ticksMax))
    .option('--change <json>', 'rules of the world that are different from there on, as JSON', jsonValue)
    .option('--file <file>', 'all of that from a YAML or JSON file; options win over it')
    .option('--ticks <n>', 'how many the fork has in all (default: as its parent)', integerBetween(1, ticksMax))
    .option('--world-version <n>', 'a later version of its world to go on in', integerBetween(1, 2_147_483_647))
    .option('--name <name>', 'for people (default: its parent’s)')
    .option('--budget <usd>', 'what the decisions after the fork may cost in US dollars', usDollars);
  watchOptions(cassetteOptions(agentOptions(fork))).action(start);
};

async function start(runId: string, options: ForkOptions, command: Command): Promise<void> {
  const cassette = cassetteOf(options, command);
  const { api } = contextOf(options);
  const { tick, change, ticks, name, worldVersion, budget: costBudgetUsd } = options;
  const base = readMapping(options.file, 'a fork, such as "change: {demandFactor: 0.7}"');
  const agents = await agentsOf(api, runId, base['agents'], options);
  const wanted = { tick, name, ticks, worldVersion, costBudgetUsd, change, agents, cassette };
  const given = Object.fromEntries(Object.entries(wanted).filter(([, value]) => value !== undefined));
  const started = await asGiven({ file: options.file, options: optionsOf(given) }, () =>
    api.create<SimulationStarted>(simulationPath(runId, 'fork'), { ...base, ...given }),
  );
  await watchStarted(started, options);
}

/** Undefined: as the file says, or as the parent has them. */
async function agentsOf(
  api: Context['api'],
  runId: string,
  fromFile: unknown,
  wishes: AgentWishes,
): Promise<Agent[] | undefined> {
  if (!speaksOfAgents(wishes)) return undefined;
  const before = Array.isArray(fromFile) ? fromFile : (await api.get<SimulationView>(simulationPath(runId))).agents;
  return wishedAgents(before as Agent[], wishes);
}
