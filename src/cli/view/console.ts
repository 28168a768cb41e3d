import { styleText } from 'node:util';

type Style = Parameters<typeof styleText>[0];

/**
 * Answers go to stdout, everything that accompanies them to stderr: with --json stdout holds JSON and nothing else.
 * Colours only on a terminal, and not when NO_COLOR says so.
 */
export class Console {
  constructor(readonly json: boolean) {}

  get isTerminal(): boolean {
    return !this.json && process.stdout.isTTY === true;
  }

  /** Whether what was written can be written over. */
  get canRedraw(): boolean {
    return this.isTerminal && process.env['TERM'] !== 'dumb';
  }

  /** The answer: a document for programs, `text` for people. */
  answer(document: unknown, text: () => string): void {
    process.stdout.write(`${this.json ? JSON.stringify(document) : text()}\n`);
  }

  /** What accompanies the answer. */
  note(text: string): void {
    process.stderr.write(`${text}\n`);
  }

  /** For people only; programs have the answer. */
  say(text: string): void {
    if (this.json) this.note(text);
    else process.stdout.write(`${text}\n`);
  }

  error(text: string): void {
    process.stderr.write(`${this.style('red', text, process.stderr)}\n`);
  }

  /** A failure as one JSON line on stdout. */
  fail(document: unknown): void {
    process.stdout.write(`${JSON.stringify(document)}\n`);
  }

  style(style: Style, text: string, stream: NodeJS.WriteStream = process.stdout): string {
    const noColor = (process.env['NO_COLOR'] ?? '') !== ''; // set but empty means nothing (no-color.org)
    return this.json || noColor || stream.isTTY !== true ? text : styleText(style, text, { validateStream: false });
  }
}
