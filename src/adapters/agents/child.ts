import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { redact } from '../../domain/llm/redact';
import type { AgentOutcome, AgentQuestion } from '../../domain/simulation/runners/question';
import { type AgentCommand, childEnvironment, secretsOf } from './agent-command';
import { readAnswer } from './read-answer';

/** Above what an answer may have: what is longer is no answer. */
const LINE_BYTES_MAX = 256 * 1024;
/** Some languages tell what went wrong first, others last. */
const STDERR_SHOWN_CHARS = 250;
const STDERR_KEPT_CHARS = 8 * 1024;
/** From the end of its input to its own end; then it is ended. */
const FAREWELL_MS = 2_000;

/** A question under way: what its end is told to. */
type Waiting = (outcome: AgentOutcome) => void;

/**
 * One program that decides: a question is a line to it, a line from it the answer, one at a time.
 *
 *   idle ── ask ──► asked ── its line ──► idle
 *   asked ── late, no answer, too much, its end ──► ended      (it cannot be known what it would say next)
 *   idle ── end ──► ended: end of input, then a signal to its whole group
 */
export class Child {
  readonly ended: Promise<void>;
  private readonly process: ChildProcessWithoutNullStreams;
  private readonly secrets: readonly string[];
  private waiting: Waiting | undefined;
  private unread = '';
  private complaints = '';
  private alive = true;

  constructor(command: AgentCommand, env: NodeJS.ProcessEnv) {
    const [program, ...args] = command.command;
    this.secrets = secretsOf(command, env);
    this.process = spawn(program!, args, {
      cwd: command.cwd,
      env: childEnvironment(command, env),
      // A group of its own: its children end with it, and a Ctrl-C at our terminal is not for it.
      detached: true,
      stdio: 'pipe',
    });
    this.ended = new Promise((resolve) => this.process.once('close', () => resolve()));
    this.process.once('error', (error) => this.fail(`it cannot be started: ${error.message}`, false));
    this.process.once('close', (code, signal) => this.fail(`it ended by itself (${signal ?? `exit code ${code}`})`));
    this.process.stdin.on('error', () => undefined); // it has ended, which `close` tells
    this.process.stdout.setEncoding('utf8').on('data', (text: string) => this.read(text));
    this.process.stderr.setEncoding('utf8').on('data', (text: string) => {
      this.complaints += text;
      // Where it is cut a secret may be, too: that is far from what is shown.
      if (this.complaints.length > 4 * STDERR_KEPT_CHARS)
        this.complaints = `${this.complaints.slice(0, STDERR_KEPT_CHARS)} ${this.complaints.slice(-STDERR_KEPT_CHARS)}`;
    });
  }

  get isAlive(): boolean {
    return this.alive;
  }

  get isIdle(): boolean {
    return this.waiting === undefined;
  }

  async ask(question: AgentQuestion, signal: AbortSignal): Promise<AgentOutcome> {
    const late = () => this.fail('it did not answer in time');
    signal.addEventListener('abort', late, { once: true });
    try {
      return await new Promise<AgentOutcome>((resolve) => {
        this.waiting = (outcome) => resolve(this.checked(outcome, question));
        this.complaints = ''; // of the questions before
        if (signal.aborted) late();
        else if (this.alive) this.process.stdin.write(`${JSON.stringify(question)}\n`);
        else this.fail('it has ended');
      });
    } finally {
      signal.removeEventListener('abort', late);
    }
  }

  /** Its input ends, and a program that reads lines ends with it; one that does not is ended. */
  async end(): Promise<void> {
    this.process.stdin.end();
    const timer = setTimeout(() => this.kill(), FAREWELL_MS);
    await this.ended;
    clearTimeout(timer);
  }

  private read(text: string): void {
    this.unread += text;
    if (this.unread.length > LINE_BYTES_MAX) return this.fail(`it wrote more than ${LINE_BYTES_MAX} bytes`);
    for (let at = this.unread.indexOf('\n'); at >= 0; at = this.unread.indexOf('\n')) {
      const line = this.unread.slice(0, at);
      this.unread = this.unread.slice(at + 1);
      this.hear(line);
    }
  }

  private hear(line: string): void {
    if (this.waiting === undefined) return this.fail('it wrote a line that nobody asked for');
    const answer = readAnswer(line);
    if ('problem' in answer)
      return this.fail(`${answer.problem}. Its standard output is for answers only, one line each`);
    if (this.secrets.some((secret) => line.includes(JSON.stringify(secret).slice(1, -1))))
      return this.fail('its answer holds a value of the environment that it was given', false);
    this.tell(answer);
  }

  private checked(outcome: AgentOutcome & { requestKey?: string | undefined }, { requestKey }: AgentQuestion) {
    if ('problem' in outcome) return outcome;
    const { requestKey: given, ...answer } = outcome;
    if (given === requestKey) return answer;
    this.kill();
    return {
      problem: `its answer has requestKey ${String(given).slice(0, 100)}, not that of the question`,
      again: true,
    };
  }

  private fail(why: string, again = true): void {
    const said = shortened(redact(this.complaints, this.secrets, Infinity));
    this.kill();
    this.tell({ problem: said === '' ? why : `${why}. It said: ${said}`, again });
  }

  private tell(outcome: AgentOutcome): void {
    const waiting = this.waiting;
    this.waiting = undefined;
    waiting?.(outcome);
  }

  private kill(): void {
    this.alive = false;
    const { pid, exitCode, signalCode } = this.process;
    if (pid === undefined || exitCode !== null || signalCode !== null) return;
    try {
      process.kill(-pid, 'SIGKILL');
    } catch {
      // It ended in this very moment: `close` follows.
    }
  }
}

function shortened(text: string): string {
  if (text.length <= 2 * STDERR_SHOWN_CHARS) return text;
  return `${text.slice(0, STDERR_SHOWN_CHARS)} … ${text.slice(-STDERR_SHOWN_CHARS)}`;
}
