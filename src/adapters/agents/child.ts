import { redact } from '../../domain/llm/redact';
import type { AgentOutcome, AgentQuestion } from '../../domain/simulation/runners/question';
import { type AgentCommand, secretsOf } from './agent-command';
import { readAnswer } from './read-answer';
import { type Spawned, spawnAgent, type Surroundings } from './spawned';
import { tells } from './tells';

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
  private readonly spawned: Spawned;
  private readonly secrets: readonly string[];
  private waiting: Waiting | undefined;
  private unread = '';
  private complaints = '';
  private alive = true;

  constructor(command: AgentCommand, around: Surroundings) {
    this.secrets = secretsOf(command, around.env);
    this.spawned = spawnAgent(command, around);
    const { process: program } = this.spawned;
    this.ended = new Promise((resolve) => program.once('close', () => resolve()));
    program.once('error', (error) => this.fail(`it cannot be started: ${error.message}`, false));
    program.once('close', (code, signal) => this.fail(`it ended by itself (${signal ?? `exit code ${code}`})`));
    program.stdin.on('error', () => undefined); // it has ended, which `close` tells
    program.stdout.setEncoding('utf8').on('data', (text: string) => this.read(text));
    program.stderr.setEncoding('utf8').on('data', (text: string) => {
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
        else if (this.alive) this.spawned.process.stdin.write(`${JSON.stringify(question)}\n`);
        else this.fail('it has ended');
      });
    } finally {
      signal.removeEventListener('abort', late);
    }
  }

  /** Its input ends, and a program that reads lines ends with it; one that does not is ended. */
  async end(): Promise<void> {
    this.spawned.process.stdin.end();
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
    // First of all: what is wrong with an answer is told with how it begins.
    if (tells(line, this.secrets))
      return this.fail('its answer holds a value of the environment that it was given', false);
    const answer = readAnswer(line);
    if ('problem' in answer)
      return this.fail(`${answer.problem}. Its standard output is for answers only, one line each`);
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
    this.spawned.kill();
  }
}

function shortened(text: string): string {
  if (text.length <= 2 * STDERR_SHOWN_CHARS) return text;
  return `${text.slice(0, STDERR_SHOWN_CHARS)} … ${text.slice(-STDERR_SHOWN_CHARS)}`;
}
