import { LonghaulError } from '../../domain/kernel/errors';
import type { OutsideAgent } from '../../domain/simulation/runners/question';
import type { DecidingPlace } from '../../domain/simulation/runners/runner';
import type { AgentCommand } from './agent-command';
import { Children } from './children';
import { httpAgent, type Post } from './http-agent';
import { processAgent } from './process-agent';

export interface AgentSettings {
  commands: readonly AgentCommand[];
  post: Post;
  /** Where variables that a command is given are looked up. */
  env: NodeJS.ProcessEnv;
}

/** Makes whoever decides for an agent, of whatever kind its place is. */
export interface Agents {
  /** @param whose tells agents of runs apart @throws LonghaulError UnknownCommand */
  agentAt(place: DecidingPlace, whose: string): OutsideAgent;
  /** Ends what was started for agents. */
  close(): Promise<void>;
}

export function openAgents({ commands, post, env }: AgentSettings): Agents {
  const children = new Children(env);
  const byName = new Map(commands.map((command) => [command.name, command]));
  const commandOf = (name: string): AgentCommand => {
    const command = byName.get(name);
    if (command) return command;
    throw new LonghaulError('UnknownCommand', { command: name, known: [...byName.keys()].join(', ') || 'none' });
  };
  return {
    agentAt: ({ kind, address }, whose) => {
      switch (kind) {
        case 'endpoint':
          return httpAgent(address, post);
        case 'process':
          return processAgent(commandOf(address), children, whose);
      }
    },
    close: () => children.close(),
  };
}
