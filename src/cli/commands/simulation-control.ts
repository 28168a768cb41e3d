import { Argument, type Command } from 'commander';
import { SIMULATION_LIMITS, type ExternalRequests, type SimulationSteered } from '../../contracts/api.schema';
import { readMapping } from '../graph-files';
import { asGiven } from '../http/as-given';
import { simulationPath } from '../simulation/paths';
import { integerBetween, jsonValue } from './option-values';
import { apiCommand, contextOf, type CommonOptions } from './registration';

/** Part of `longhaul simulations`: what people say to a run while it lasts. */
export function simulationControlCommands(simulations: Command): void {
  plain(simulations, 'pause', 'begin no further tick for now', 'is paused. Go on: longhaul simulations resume');
  plain(
    simulations,
    'resume',
    'go on after a pause, or after the run was parked',
    'goes on. Follow it: longhaul simulations watch',
  );
  plain(simulations, 'stop', 'end it after the tick under way', 'was asked to end. See: longhaul simulations show');
  apiCommand(simulations, 'advance <runId>', 'play so many ticks, then pause')
    .addArgument(
      new Argument('[ticks]', 'how many').argParser(integerBetween(1, SIMULATION_LIMITS.advanceMax)).default(1),
    )
    .action(advance);
  apiCommand(
    simulations,
    'update <runId> <file>',
    'another name, or from the next tick on other rules, failure policy or budgets',
  )
    .addHelpText(
      'after',
      '\nThe file is YAML or JSON with any of name, rules, failures, budgets (by agent). What is left out stays.',
    )
    .action(update);
  apiCommand(simulations, 'hint <runId> <text>', 'say something to agents in the prompts of the next tick')
    .option('--agent <id>', 'only to this agent')
    .action(hint);
  apiCommand(simulations, 'requests <runId>', 'what people are asked now, with what they see').action(requests);
  apiCommand(simulations, 'answer <runId> <agent>', 'decide for an agent that waits for a person')
    .requiredOption('--decision <json>', 'as the world’s prompt describes it', jsonValue)
    .action(answer);
}

function plain(simulations: Command, action: string, description: string, said: string): void {
  apiCommand(simulations, `${action} <runId>`, description).action((runId: string, options: CommonOptions) =>
    steer(runId, action, {}, options, `${said} ${runId}`),
  );
}

async function advance(runId: string, ticks: number, options: CommonOptions): Promise<void> {
  await steer(runId, 'advance', { ticks }, options, `plays ${ticks} ticks and pauses then.`);
}

async function update(runId: string, file: string, options: CommonOptions): Promise<void> {
  const { api, console } = contextOf(options);
  const terms = readMapping(file, 'what changes, such as "failures: {inARow: 3, then: park}"');
  const done = await asGiven({ file }, () => api.change<SimulationSteered>(simulationPath(runId), terms));
  console.answer(done, () => `Simulation ${runId} goes on by ${file} from its next tick on.`);
}

async function hint(runId: string, text: string, options: CommonOptions & { agent?: string }): Promise<void> {
  const { agent: agentId } = options;
  await steer(runId, 'hints', { text, agentId }, options, `has the hint for ${agentId ?? 'all agents'}.`);
}

async function answer(runId: string, agentId: string, options: CommonOptions & { decision: unknown }): Promise<void> {
  const { decision } = options;
  await steer(runId, 'answers', { agentId, decision }, options, `has the decision of ${agentId}.`);
}

async function requests(runId: string, options: CommonOptions): Promise<void> {
  const { api, console } = contextOf(options);
  const open = await api.get<ExternalRequests>(simulationPath(runId, 'requests'));
  console.answer(open, () =>
    open.items.length === 0
      ? 'Nobody is asked anything.'
      : open.items
          .map(({ agentId, tick, dueTick, view }) =>
            [
              `${agentId} is asked for tick ${tick + 1}; after tick ${dueTick + 1} the fallback decides`,
              JSON.stringify(view, null, 2),
              `longhaul simulations answer ${runId} ${agentId} --decision '…'`,
            ].join('\n'),
          )
          .join('\n\n'),
  );
}

async function steer(runId: string, part: string, body: object, options: CommonOptions, said: string): Promise<void> {
  const { api, console } = contextOf(options);
  const done = await api.create<SimulationSteered>(simulationPath(runId, part), body);
  console.answer(done, () => `Simulation ${runId} ${said}`);
}
