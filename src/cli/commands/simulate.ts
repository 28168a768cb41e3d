import type { Command } from 'commander';
import { SIMULATION_LIMITS, type SimulationStarted } from '../../contracts/api.schema';
import { asGiven } from '../http/as-given';
import { givenBy, simulationDefinition, type DefinitionOptions } from '../simulation/definition';
import { endWith } from '../simulation/end-with';
import { followSimulation } from '../simulation/watch-simulation';
import { cassetteOf, type CassetteOptions, cassetteOptions } from './cassette-options';
import { agentValue, integerBetween, namedValue, usDollars } from './option-values';
import { apiCommand, contextOf, type CommonOptions, type Registration } from './registration';

export interface WatchOptions extends CommonOptions {
  wait: boolean;
  svg?: string;
}

type SimulateOptions = WatchOptions & CassetteOptions & Omit<DefinitionOptions, 'cassette'> & { start: boolean };

const SEED_MAX = 4_294_967_295;

export const registerSimulate: Registration = (program) => {
  const simulate = apiCommand(program, 'simulate [file]', 'start a simulation (YAML or JSON, or options) and watch it')
    .option('--name <name>', 'for people; it need not be unique')
    .option('--world <name>', 'whose rules are played (default: marketplace)')
    .option('--scenario <name>', 'a stored scenario; see `longhaul scenarios list`')
    .option(
      '--set <name=value>',
      'one value of the scenario; JSON values are read as JSON (repeatable)',
      namedValue,
      [],
    )
    .option('--seed <n>', 'the same seed is the same luck (default: 42)', integerBetween(0, SEED_MAX))
    .option(
      '--ticks <n>',
      'how many (default: 180, or the days of the stored scenario)',
      integerBetween(1, SIMULATION_LIMITS.ticksMax),
    )
    .option('--budget <usd>', 'what all decisions together may cost in US dollars', usDollars);
  watchOptions(cassetteOptions(agentOptions(simulate)))
    .option('--no-start', 'create it only; `longhaul simulations start` starts it')
    .action(start);
};

/** Who decides: options of whatever starts a run. */
export function agentOptions(command: Command): Command {
  return command
    .option('--bot <[agent=]name>', 'an agent that decides without a model (repeatable)', agentValue, [])
    .option('--model <[agent=]name>', 'an agent that asks this model (repeatable)', agentValue, [])
    .option('--instructions <text>', 'said to the models after the world’s own rules');
}

export function watchOptions(command: Command): Command {
  return command
    .option('--svg <file>', 'write the chart of the run to this file')
    .option('--no-wait', 'start it and return');
}

async function start(file: string | undefined, options: SimulateOptions, command: Command): Promise<void> {
  const definition = simulationDefinition(file, { ...options, cassette: cassetteOf(options, command) });
  const { api } = contextOf(options);
  const ask = () => api.create<SimulationStarted>('/simulations', { ...definition, ...heldBy(options) });
  await watchStarted(await asGiven({ file, options: givenBy(options) }, ask), options);
}

/** A file may hold it, too. */
function heldBy({ start: starts }: SimulateOptions): { start?: false } {
  return starts ? {} : { start: false };
}

/** Says what was started, and follows it unless that was not wanted. */
export async function watchStarted(started: SimulationStarted, options: WatchOptions): Promise<void> {
  const { api, console } = contextOf(options);
  console.say(`Simulation ${started.runId}`);
  if (started.launch === 'held')
    return console.answer(started, () => `It is not started. Start it: longhaul simulations start ${started.runId}`);
  if (!options.wait) return console.answer(started, () => `Follow it: longhaul simulations watch ${started.runId}`);
  endWith(await followSimulation(api, started.runId, console), console, options.svg);
}
