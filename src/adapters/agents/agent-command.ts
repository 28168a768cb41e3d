/** A program that may be started for agents. Only the operator's configuration names one; requests name its name. */
export interface AgentCommand {
  name: string;
  /** The program and its arguments; no shell reads them. */
  command: readonly string[];
  /** Folder that it runs in; an empty one of its own when absent. */
  cwd?: string | undefined;
  /** Variables of the worker's environment that it is given, besides where programs and its home are. */
  env: readonly string[];
}

/** Without these an interpreter does not start; none of them is a secret. */
const ALWAYS_GIVEN = ['PATH', 'HOME', 'LANG', 'TZ', 'TMPDIR', 'SystemRoot'];
/** A shorter value would be found in every second answer. */
const SECRET_CHARS_MIN = 6;

/** The environment of a child: what it needs and what it was given, never all of ours with the provider's keys in it. */
export function childEnvironment({ env }: AgentCommand, from: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const names = [...ALWAYS_GIVEN, ...env].filter((name) => from[name] !== undefined);
  return Object.fromEntries(names.map((name) => [name, from[name]]));
}

/** What it was given beyond that: must not come back in an answer or an error. */
export function secretsOf({ env }: AgentCommand, from: NodeJS.ProcessEnv): string[] {
  return env.flatMap((name) => {
    const value = from[name] ?? '';
    return value.length >= SECRET_CHARS_MIN && !ALWAYS_GIVEN.includes(name) ? [value] : [];
  });
}
