import type { RunCassette } from '../../contracts/api.schema';
import { LonghaulError } from '../../domain/kernel/errors';
import { readMapping } from '../graph-files';
import { wishedAgents, type Agent, type AgentWishes } from './agents';

export interface DefinitionOptions extends AgentWishes {
  name?: string;
  world?: string;
  scenario?: string;
  seed?: number;
  ticks?: number;
  budget?: number;
  cassette?: RunCassette;
  set: readonly [string, unknown][];
}

/** The body of `POST /simulations`: what the file says, then what the options say. @throws LonghaulError UnusableFile, InvalidRequest */
export function simulationDefinition(file: string | undefined, options: DefinitionOptions): Record<string, unknown> {
  const base = readMapping(file, 'a simulation, such as "world: marketplace"');
  const { name, world, seed, ticks, budget, cassette } = options;
  return {
    ...base,
    ...given({ name, world, seed, ticks, costBudgetUsd: budget, cassette }),
    ...scenarioOf(base['scenario'], options),
    ...agentsOf(base['agents'], options),
  };
}

const OPTIONS = {
  ...{ name: '--name', world: '--world', scenario: '--scenario', seed: '--seed', ticks: '--ticks' },
  ...{ costBudgetUsd: '--budget', cassette: '--cassette-mode', tick: '--tick', change: '--change' },
  worldVersion: '--world-version',
} as const;

/** By which option each part of a definition was given, for who is told what is wrong with it. */
export function optionsOf(parts: Readonly<Record<string, unknown>>): Record<string, string> {
  return Object.fromEntries(Object.entries(OPTIONS).filter(([part]) => parts[part] !== undefined));
}

export function givenBy({ set, budget, ...options }: Omit<DefinitionOptions, 'cassette'>): Record<string, string> {
  const values = set.map(([name]) => [`scenario.${name}`, `--set ${name}`]);
  return { ...Object.fromEntries(values), ...optionsOf({ ...options, costBudgetUsd: budget }) };
}

function scenarioOf(
  fromFile: unknown,
  { scenario, set }: Pick<DefinitionOptions, 'scenario' | 'set'>,
): { scenario?: unknown } {
  if (set.length === 0) return given({ scenario });
  if (scenario === undefined && typeof fromFile !== 'string')
    return { scenario: { ...(fromFile as object | undefined), ...Object.fromEntries(set) } };
  const message = 'A stored scenario is played as it is: values can be set in the standard one only.';
  throw new LonghaulError('InvalidRequest', { where: 'Options', count: 1 }, [{ path: '--set', message }]);
}

/** Left as the file has it, whatever that is, when no option speaks of agents: the API names what is wrong in it. */
function agentsOf(agents: unknown, wishes: AgentWishes): { agents?: Agent[] } {
  if (!speaksOfAgents(wishes)) return {};
  return { agents: wishedAgents(Array.isArray(agents) ? (agents as Agent[]) : [], wishes) };
}

export function speaksOfAgents({ bot, model, instructions }: AgentWishes): boolean {
  return bot.length > 0 || model.length > 0 || instructions !== undefined;
}

function given(members: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined));
}
