import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

export interface RunOptions {
  timeoutMs: number;
  cwd?: string;
  env?: NodeJS.ProcessEnv;
  identity?: Identity | undefined;
  signal?: AbortSignal | undefined;
  /** Called with each line of stderr as it comes, for progress. */
  onErrorLine?: (line: string) => void;
}

/** The unprivileged user a program runs as when we are root. */
export interface Identity {
  uid: number;
  gid: number;
}

export interface Outcome {
  ok: boolean;
  stdout: string;
  /** The last lines of stderr, or why the program could not run. */
  complaint: string;
  /** How it ended: `exit code 1`, `no end within 5000 ms`, … */
  ended: string;
}

const KEPT_LINES = 30;

/** Runs a short program to its end. Never rejects: that it is missing, fails or hangs is an outcome. */
export function runProgram(command: string, args: readonly string[], options: RunOptions): Promise<Outcome> {
  return new Promise((resolve) => {
    const child = spawn(command, args, {
      stdio: ['ignore', 'pipe', 'pipe'],
      cwd: options.cwd,
      env: options.env ?? process.env,
      timeout: options.timeoutMs,
      killSignal: 'SIGKILL',
      signal: options.signal,
      ...options.identity,
    });
    let stdout = '';
    const complaints: string[] = [];
    child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
    createInterface(child.stderr).on('line', (line) => {
      complaints.push(line);
      if (complaints.length > KEPT_LINES) complaints.shift();
      options.onErrorLine?.(line);
    });
    child.once('error', (error) => resolve({ ok: false, stdout, complaint: error.message, ended: error.message }));
    child.once('close', (code, signal) => {
      const ended = child.killed
        ? `no end within ${options.timeoutMs} ms`
        : signal
          ? `killed by ${signal}`
          : `exit code ${code}`;
      resolve({ ok: code === 0, stdout, ended, complaint: complaints.join('\n') || ended });
    });
  });
}
