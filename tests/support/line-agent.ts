import { resolve } from 'node:path';

/** What the program does with a question; `accept` is how it should be. */
export type LineAgentMode =
  | ('accept' | 'crash' | 'silent' | 'chatter' | 'no-json' | 'no-decision' | 'stale' | 'endless' | 'variables' | 'tell')
  | ('environment' | 'folder' | 'deaf' | 'parent' | 'deserter' | 'shouting');

/** A program in Node that decides over lines, as the operator would configure it. */
export function lineAgent(name: string, mode: LineAgentMode = 'accept', env: string[] = []) {
  return { name, command: [process.execPath, resolve(__dirname, 'line-agent-program.cjs'), mode], env };
}
