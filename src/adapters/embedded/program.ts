import { spawn, type ChildProcess } from 'node:child_process';
import { LonghaulError } from '../../domain/kernel/errors';
import { openLog, readLog, tailOfLog } from './log-file';
import type { Identity } from './run-program';
import { waitFor } from './wait-for';

/** A long-running program: how to start it, how to know that it serves, how to stop it. */
export interface ProgramSpec {
  name: string;
  command: string;
  args: readonly string[];
  env: NodeJS.ProcessEnv;
  cwd?: string;
  identity?: Identity | undefined;
  logFile: string;
  readyTimeoutMs: number;
  /** Asked again and again until it answers; may look at what the program has printed so far. */
  ready(output: () => string): Promise<object | undefined>;
  stopSignal: NodeJS.Signals;
  /** After this time without an end the whole process group is killed. */
  stopTimeoutMs: number;
}

export interface Exit {
  code: number | null;
  signal: NodeJS.Signals | null;
}

/** One life of a program. */
export interface RunningProgram {
  pid: number;
  /** What `ready` answered. */
  info: object;
  exited: Promise<Exit>;
  /** What it has printed so far. */
  output(): string;
  stop(): Promise<void>;
  kill(signal: NodeJS.Signals): void;
}

/**
 * Starts a program in a process group of its own (so that a terminal's Ctrl-C reaches only the supervisor, which stops
 * all in order) and waits until it serves.
 * `onSpawn` hears the pid before anything else happens, so that it can be written down.
 * @throws LonghaulError ProgramFailed with the end of its log.
 */
export async function startProgram(spec: ProgramSpec, onSpawn: (pid: number) => void): Promise<RunningProgram> {
  const log = openLog(spec.logFile);
  const child = spawnInGroup(spec, log.fd);
  log.close();
  const exited = exitOf(child);
  if (child.pid === undefined) throw failed(spec, 'cannot be started', log.startBytes, (await exited).error?.message);
  onSpawn(child.pid);

  const program = {
    pid: child.pid,
    exited,
    output: () => readLog(spec.logFile, log.startBytes),
    stop: () => stopGroup(spec, child.pid!, exited),
    kill: (signal: NodeJS.Signals) => signalGroup(child.pid!, signal),
  };
  const info = await firstAnswer(spec, program.output, exited);
  if (info) return { ...program, info };
  await program.stop();
  throw failed(spec, `did not serve within ${spec.readyTimeoutMs} ms or ended before`, log.startBytes);
}

/** For programs that print one line `READY {json}` when they serve. */
export async function readyLine(output: () => string): Promise<object | undefined> {
  return answerIn(/^READY (\{.*\})$/m.exec(output()));
}

/** The same when they could serve, and wait to be told. */
export async function standbyLine(output: () => string): Promise<object | undefined> {
  return answerIn(/^STANDBY (\{.*\})$/m.exec(output()));
}

function answerIn(line: RegExpExecArray | null): object | undefined {
  return line ? (JSON.parse(line[1]!) as object) : undefined;
}

export function signalGroup(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error; // gone already: nothing to signal
  }
}

function spawnInGroup(spec: ProgramSpec, logFd: number): ChildProcess {
  return spawn(spec.command, spec.args, {
    cwd: spec.cwd,
    env: spec.env,
    detached: true,
    stdio: ['ignore', logFd, logFd],
    ...spec.identity,
  });
}

function exitOf(child: ChildProcess): Promise<Exit & { error?: Error }> {
  return new Promise((resolve) => {
    child.once('error', (error) => resolve({ code: null, signal: null, error }));
    child.once('exit', (code, signal) => resolve({ code, signal }));
  });
}

async function firstAnswer(
  spec: ProgramSpec,
  output: () => string,
  exited: Promise<Exit>,
): Promise<object | undefined> {
  let ended = false;
  void exited.then(() => (ended = true));
  const answer = await waitFor<object | 'ended'>(
    async () => (ended ? 'ended' : spec.ready(output)),
    spec.readyTimeoutMs,
  );
  return answer === 'ended' ? undefined : answer;
}

/** Asks politely, then kills. What is left of the group (a server's own children) goes with it. */
async function stopGroup(spec: ProgramSpec, pid: number, exited: Promise<Exit>): Promise<void> {
  let ended = false;
  void exited.then(() => (ended = true));
  signalGroup(pid, 'SIGCONT'); // a stopped process could not hear the next signal
  signalGroup(pid, spec.stopSignal);
  await waitFor(() => ended, spec.stopTimeoutMs);
  signalGroup(pid, 'SIGKILL');
  await exited;
}

function failed(spec: ProgramSpec, what: string, startBytes: number, detail?: string): LonghaulError {
  return new LonghaulError('ProgramFailed', {
    program: spec.name,
    what,
    detail: detail ?? tailOfLog(spec.logFile, startBytes),
    logFile: spec.logFile,
  });
}
