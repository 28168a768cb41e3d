import { getRunner, listRunners, runnersWith, type Tx } from '../../adapters/postgres';
import type { AllowedHosts, CredentialHosts } from '../../adapters/tools';
import type { StartedAgents } from '../../contracts/api.schema';
import { type ErrorCode, LonghaulError } from '../../domain/kernel/errors';
import { capabilitiesText, offers } from '../../domain/simulation/runners/capabilities';
import { DECIDING_RUNNERS, runnerFor, type Runner } from '../../domain/simulation/runners/runner';

/** Where agents outside this program may be asked, by the operator's configuration. */
export interface AgentPlaces {
  hosts: AllowedHosts;
  commands: readonly string[];
  credentials: CredentialHosts;
}

type RunnerAgent = Extract<StartedAgents[number], { kind: 'runner' }>;

export const PLACE_ERRORS: readonly ErrorCode[] = [
  'RunnerMissing',
  'RunnerUnfit',
  'UnknownCommand',
  'RefusedAddress',
  'UnknownCredential',
];

const KNOWN_MAX = 20;

/**
 * The agents with their runners: whoever only said what is wanted gets one that offers it, which is part of the run from
 * now on. Agents that want the same take turns among those who offer it.
 *
 * @throws LonghaulError RunnerMissing, RunnerUnfit, UnknownCommand, RefusedAddress, UnknownCredential
 */
export async function placeAgents(
  tx: Tx,
  tenant: string,
  agents: StartedAgents,
  places: AgentPlaces,
): Promise<StartedAgents> {
  const placed: StartedAgents = [];
  for (const [place, agent] of agents.entries()) {
    if (agent.kind === 'runner') placed.push(await withRunner(tx, tenant, agent, place, places));
    else placed.push(agent);
    if (agent.kind === 'http') checkAddress(agent.url, agent.credential, places);
    if (agent.kind === 'process') checkCommand(agent.command, places);
  }
  return placed;
}

/** @throws LonghaulError RefusedAddress, UnknownCommand, UnknownCredential */
export function checkPlace(
  { kind, address, credential }: Pick<Runner, 'kind' | 'address' | 'credential'>,
  places: AgentPlaces,
): void {
  if (kind === 'endpoint') checkAddress(address, credential, places);
  if (kind === 'process') checkCommand(address, places);
}

async function withRunner(
  tx: Tx,
  tenant: string,
  agent: RunnerAgent,
  place: number,
  places: AgentPlaces,
): Promise<RunnerAgent> {
  const runner =
    agent.runner === undefined ? await chosen(tx, tenant, agent, place) : await named(tx, tenant, agent, agent.runner);
  checkPlace(runner, places);
  return { ...agent, runner: runner.id };
}

async function chosen(tx: Tx, tenant: string, agent: RunnerAgent, place: number): Promise<Runner> {
  const { id, capabilities = {} } = agent;
  const candidates = await runnersWith(tx, tenant, capabilities, DECIDING_RUNNERS);
  if (candidates.length > 0) return runnerFor(place, candidates);
  const wanted = `that decides offers ${capabilitiesText(capabilities)}`;
  throw new LonghaulError('RunnerMissing', { agent: id, wanted, known: await known(tx, tenant) });
}

async function named(tx: Tx, tenant: string, agent: RunnerAgent, runnerId: string): Promise<Runner> {
  const { id, capabilities = {} } = agent;
  const runner = await getRunner(tx, tenant, runnerId);
  if (runner === undefined) {
    const wanted = `is called "${runnerId}"`;
    throw new LonghaulError('RunnerMissing', { agent: id, wanted, known: await known(tx, tenant) });
  }
  const unfit = (why: string) => new LonghaulError('RunnerUnfit', { agent: id, runner: runnerId, why });
  if (runner.kind === 'worker') throw unfit('is a worker, which takes partitions and answers no questions');
  if (runner.gone) throw unfit(`was to register again by ${runner.goneAt?.toISOString()} and did not; start it again`);
  if (!offers(runner.capabilities, capabilities))
    throw unfit(`offers ${capabilitiesText(runner.capabilities)}, not ${capabilitiesText(capabilities)}`);
  return runner;
}

async function known(tx: Tx, tenant: string): Promise<string> {
  const runners = await listRunners(tx, { tenant, limit: KNOWN_MAX });
  const texts = runners.map(({ id, capabilities, gone }) => {
    return `${id} (${gone ? 'gone; ' : ''}${capabilitiesText(capabilities)})`;
  });
  return texts.join('; ') || 'none';
}

function checkAddress(url: string, credential: string | null | undefined, { hosts, credentials }: AgentPlaces): void {
  const detail = hosts.refusalOf(new URL(url));
  if (detail !== undefined) throw new LonghaulError('RefusedAddress', { url: url.split(/[?#]/)[0]!, detail });
  if (credential != null) credentials.check(credential, url);
}

function checkCommand(command: string, { commands }: AgentPlaces): void {
  if (!commands.includes(command))
    throw new LonghaulError('UnknownCommand', { command, known: commands.join(', ') || 'none' });
}
