import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { resolve } from 'node:path';

const PROGRAM = resolve(__dirname, '../../dist/cli/main.js');
/** A variable of whoever runs the tests must not reach the program: it would use their servers and their keys. */
const USERS = /^(LONGHAUL_|TEMPORAL_|OPENAI_|DATABASE_URL|REDIS_URL|NO_COLOR|FORCE_COLOR)/;

export interface Answer {
  code: number | null;
  stdout: string;
  stderr: string;
}

/** The real program, under way. */
export interface Running {
  process: ChildProcess;
  stdout(): string;
  stderr(): string;
  ended: Promise<Answer>;
  /** Signals it and waits for its end. */
  end(signal: NodeJS.Signals): Promise<Answer>;
}

/** `longhaul` in one folder: as a person types it there. */
export function longhaulIn(dir: string, env: NodeJS.ProcessEnv = {}) {
  const start = (...args: string[]): Running => begin(dir, args, env);
  const run = (...args: string[]): Promise<Answer> => start(...args).ended;
  /** With `--json`. @throws when it does not succeed or stdout is anything but one line of JSON */
  const json = async (...args: string[]): Promise<unknown> => {
    const answer = await run(...args, '--json');
    if (answer.code !== 0)
      throw new Error(`${args.join(' ')}: exit code ${answer.code}\n${answer.stdout}${answer.stderr}`);
    return onlyLine(answer);
  };
  return { start, run, json };
}

function begin(dir: string, args: string[], env: NodeJS.ProcessEnv): Running {
  const inherited = Object.entries(process.env).filter(([name]) => !USERS.test(name));
  const child = spawn(process.execPath, [PROGRAM, ...args], {
    cwd: dir,
    env: { ...Object.fromEntries(inherited), ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const kill = () => child.kill('SIGKILL'); // an interrupted test run must leave nothing behind
  process.once('exit', kill);
  const text = { stdout: '', stderr: '' };
  child.stdout.setEncoding('utf8').on('data', (part: string) => (text.stdout += part));
  child.stderr.setEncoding('utf8').on('data', (part: string) => (text.stderr += part));
  const ended = once(child, 'close').then(([code]) => {
    process.off('exit', kill);
    return { code: code as number | null, ...text };
  });
  return {
    process: child,
    stdout: () => text.stdout,
    stderr: () => text.stderr,
    ended,
    end: (signal) => {
      child.kill(signal);
      return ended;
    },
  };
}

/** stdout holds one document on one line, and nothing else. */
export function onlyLine({ stdout, stderr }: Pick<Answer, 'stdout' | 'stderr'>): unknown {
  const lines = stdout.split('\n');
  if (lines.length !== 2 || lines[1] !== '')
    throw new Error(`expected one line of JSON on stdout:\n${stdout}\n${stderr}`);
  return JSON.parse(lines[0]!);
}
