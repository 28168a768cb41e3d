import { rm } from 'node:fs/promises';
import { LonghaulError } from '../../domain/kernel/errors';
import type { OutsideAgent } from '../../domain/simulation/runners/question';
import type { DecidingPlace } from '../../domain/simulation/runners/runner';
import type { AgentCommand } from './agent-command';
import { Children } from './children';
import { type AgentCredential, openCredentials } from './credentials';
import { httpAgent, type Post } from './http-agent';
import { processAgent } from './process-agent';

export interface AgentSettings {
  commands: readonly AgentCommand[];
  credentials: readonly AgentCredential[];
  /** @throws LonghaulError when a credential must not be sent to this URL, or there is none of this name */
  checkCredential(name: string, url: string): void;
  post: Post;
  /** Where variables that a command is given, or a credential names, are looked up. */
  env: NodeJS.ProcessEnv;
  /** Where programs have their folders; goes with the last of them. */
  folder: string;
}

/** Makes whoever decides for an agent, of whatever kind its place is. */
export interface Agents {
  /** @param whose tells agents of runs apart @throws LonghaulError UnknownCommand, UnknownCredential, RefusedAddress */
  agentAt(place: DecidingPlace, whose: string): OutsideAgent;
  /** Ends what was started for agents. */
  close(): Promise<void>;
}

/** @throws LonghaulError InvalidConfiguration */
export function openAgents({ commands, credentials, checkCredential, post, env, folder }: AgentSettings): Agents {
  const opened = openCredentials(credentials, env);
  const children = new Children({ env, folder });
  const byName = new Map(commands.map((command) => [command.name, command]));
  const commandOf = (name: string): AgentCommand => {
    const command = byName.get(name);
    if (command) return command;
    throw new LonghaulError('UnknownCommand', { command: name, known: [...byName.keys()].join(', ') || 'none' });
  };
  return {
    agentAt: ({ kind, address, credential }, whose) => {
      switch (kind) {
        case 'endpoint':
          if (credential == null) return httpAgent(address, post);
          checkCredential(credential, address);
          return httpAgent(address, post, opened.get(credential));
        case 'process':
          return processAgent(commandOf(address), children, whose);
      }
    },
    close: async () => {
      await children.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
