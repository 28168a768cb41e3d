import type { StartSimulation, StartedAgents } from '../../contracts/api.schema';
import type { Json } from '../../domain/kernel/canonical-json';
import type { Problem } from '../../domain/kernel/errors';
import { SimulationEvent } from '../../domain/simulation/fast-forward';
import { beginTick } from '../../domain/simulation/tick';
import type { WorldEntry } from '../../domain/worlds';
import { invalidRequest } from '../http/validate';

/** The world itself says whom it asks: it is asked. @throws LonghaulError InvalidRequest */
export function checkAgents(entry: WorldEntry, agents: StartedAgents, scenario: Json, seed: number): void {
  const ids = agents.map(({ id }) => id);
  const twice = ids.filter((id, index) => ids.indexOf(id) !== index);
  if (twice.length > 0)
    throw invalidRequest('Simulation', [{ path: 'agents', message: `"${twice[0]}" is there twice.` }]);
  checkBots(entry, agents);
  const { ask } = beginTick(entry.world, entry.world.init(scenario, seed));
  const strangers = ask.filter(({ agentId }) => !ids.includes(agentId));
  if (strangers.length === 0) return;
  const message = `The world asks ${strangers.map(({ agentId }) => `"${agentId}"`).join(', ')}, who is not in the run.`;
  throw invalidRequest('Simulation', [{ path: 'agents', message }]);
}

export function checkBots({ bots, world }: WorldEntry, agents: StartedAgents): void {
  const known = Object.keys(bots).sort().join(', ');
  const problems = agents.flatMap((agent, index): Problem[] =>
    agent.kind === 'script' && !Object.hasOwn(bots, agent.bot)
      ? [{ path: `agents[${index}].bot`, message: `World ${world.name} has no bot "${agent.bot}". It has: ${known}.` }]
      : [],
  );
  if (problems.length > 0) throw invalidRequest('Simulation', problems);
}

/** @throws LonghaulError InvalidRequest */
export function checkRules({ world, events }: WorldEntry, rules: StartSimulation['rules']): void {
  const told = [...Object.values(SimulationEvent), ...Object.keys(events)];
  const problems = rules.flatMap(({ on, when, do: action }, index): Problem[] => [
    ...unknown('event', [on], told, world.name, index),
    ...unknown('condition', [when, ...wakesOf(action)], Object.keys(world.conditions), world.name, index),
  ]);
  if (problems.length > 0) throw invalidRequest('Simulation', problems);
}

/** A misspelt name would not fail: its rule would never apply. */
function unknown(what: string, names: readonly string[], known: string[], world: string, rule: number): Problem[] {
  return names
    .filter((name) => !known.includes(name))
    .map((name) => ({
      path: `rules[${rule}]`,
      message: `World ${world} has no ${what} "${name}". It has: ${known.sort().join(', ')}.`,
    }));
}

function wakesOf(action: StartSimulation['rules'][number]['do']): string[] {
  return 'untilWake' in action ? action.untilWake : [];
}
