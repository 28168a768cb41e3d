import type { OutsideAgent } from '../../domain/simulation/runners/question';
import type { AgentCommand } from './agent-command';
import type { Children } from './children';

/** An agent that is a program: JSON lines over its standard input and output. */
export function processAgent(command: AgentCommand, children: Children, whose: string): OutsideAgent {
  return { ask: (question, signal) => children.of(whose, command).ask(question, signal) };
}
