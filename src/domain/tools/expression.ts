/** What an expression may be; a deeper one would overflow the stack of the parser. */
export const EXPRESSION_LIMITS = { charsMax: 1_000, depthMax: 50 } as const;

export type Evaluation = { value: number } | { problem: string };

/** `pi`, `e` */
const CONSTANTS: Readonly<Record<string, number>> = { pi: Math.PI, e: Math.E };

const FUNCTIONS: Readonly<Record<string, { least: number; most: number; of: (values: number[]) => number }>> = {
  abs: { least: 1, most: 1, of: ([x]) => Math.abs(x!) },
  ceil: { least: 1, most: 1, of: ([x]) => Math.ceil(x!) },
  floor: { least: 1, most: 1, of: ([x]) => Math.floor(x!) },
  round: { least: 1, most: 2, of: ([x, digits = 0]) => rounded(x!, digits) },
  sqrt: { least: 1, most: 1, of: ([x]) => Math.sqrt(x!) },
  exp: { least: 1, most: 1, of: ([x]) => Math.exp(x!) },
  ln: { least: 1, most: 1, of: ([x]) => Math.log(x!) },
  log10: { least: 1, most: 1, of: ([x]) => Math.log10(x!) },
  min: { least: 1, most: Infinity, of: (values) => Math.min(...values) },
  max: { least: 1, most: Infinity, of: (values) => Math.max(...values) },
  sum: { least: 1, most: Infinity, of: total },
  mean: { least: 1, most: Infinity, of: (values) => total(values) / values.length },
};

export const FUNCTION_NAMES = Object.keys(FUNCTIONS);

/** The value of an arithmetic expression, or the first thing that is wrong with it. */
export function evaluate(text: string): Evaluation {
  if (text.length > EXPRESSION_LIMITS.charsMax)
    return {
      problem: `the expression has ${text.length} characters; at most ${EXPRESSION_LIMITS.charsMax} are allowed`,
    };
  return new Parser(text).evaluate();
}

/**
 * Recursive descent, evaluating on the way: sums of products of signs of powers of what stands alone. The first problem
 * is kept; after it every step returns NaN and moves no further, which unwinds the parser without an exception.
 */
class Parser {
  private at = 0;
  private depth = 0;
  private problem: string | undefined;

  constructor(private readonly text: string) {}

  evaluate(): Evaluation {
    const value = this.sum();
    if (this.problem === undefined && this.peek() !== '') this.fail(`unexpected ${this.shown()}`);
    if (this.problem !== undefined) return { problem: this.problem };
    if (!Number.isFinite(value)) return { problem: 'the result is not a finite number' };
    return { value: tidy(value) };
  }

  private sum(): number {
    let value = this.product();
    for (let sign = this.takeOne('+-'); sign !== ''; sign = this.takeOne('+-')) {
      const right = this.product();
      value = sign === '+' ? value + right : value - right;
    }
    return value;
  }

  private product(): number {
    let value = this.signed();
    for (let sign = this.takeOne('*/%'); sign !== ''; sign = this.takeOne('*/%')) {
      const right = this.signed();
      if (sign !== '*' && right === 0) this.fail(`division by zero at character ${this.at}`);
      value = sign === '*' ? value * right : sign === '/' ? value / right : value % right;
    }
    return value;
  }

  /** Below the power, as in mathematics: -2^2 is -4. */
  private signed(): number {
    const sign = this.takeOne('+-');
    if (sign === '') return this.power();
    const value = this.nested(() => this.signed());
    return sign === '-' ? -value : value;
  }

  /** From the right: 2^3^2 is 2^9. */
  private power(): number {
    const base = this.alone();
    if (this.takeOne('^') === '') return base;
    return base ** this.nested(() => this.signed());
  }

  private alone(): number {
    if (this.problem !== undefined) return NaN;
    if (this.takeOne('(') !== '') return this.closed(() => this.nested(() => this.sum()));
    const number = this.takeMatch(/(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?/y);
    if (number !== '') return Number(number);
    const name = this.takeMatch(/[A-Za-z_]\w*/y);
    return name === '' ? this.fail(`expected a number, "(" or a function, got ${this.shown()}`) : this.named(name);
  }

  private named(name: string): number {
    const key = name.toLowerCase();
    if (Object.hasOwn(CONSTANTS, key)) return CONSTANTS[key]!;
    if (!Object.hasOwn(FUNCTIONS, key))
      return this.fail(`"${name.slice(0, 32)}" is unknown; known are ${[...FUNCTION_NAMES, 'pi', 'e'].join(', ')}`);
    if (this.takeOne('(') === '') return this.fail(`expected "(" after ${key}`);
    const values = this.closedList();
    const { least, most, of } = FUNCTIONS[key]!;
    if (values.length >= least && values.length <= most) return of(values);
    return this.fail(`${key} takes ${least === most ? least : `${least} to ${most}`} values, got ${values.length}`);
  }

  private closedList(): number[] {
    const values: number[] = [];
    this.closed(() => {
      do values.push(this.nested(() => this.sum()));
      while (this.takeOne(',') !== '');
      return 0;
    });
    return values;
  }

  private closed(inner: () => number): number {
    const value = inner();
    if (this.takeOne(')') === '') return this.fail(`expected ")", got ${this.shown()}`);
    return value;
  }

  private nested(inner: () => number): number {
    if (this.depth >= EXPRESSION_LIMITS.depthMax)
      return this.fail(`nested deeper than ${EXPRESSION_LIMITS.depthMax} levels`);
    this.depth += 1;
    const value = inner();
    this.depth -= 1;
    return value;
  }

  private fail(problem: string): number {
    this.problem ??= problem;
    return NaN;
  }

  private peek(): string {
    while (/\s/.test(this.text[this.at] ?? '')) this.at += 1;
    return this.text[this.at] ?? '';
  }

  /** The next character when it is one of these; else, and after a problem, nothing. */
  private takeOne(characters: string): string {
    const next = this.peek();
    if (this.problem !== undefined || next === '' || !characters.includes(next)) return '';
    this.at += 1;
    return next;
  }

  private takeMatch(pattern: RegExp): string {
    this.peek();
    pattern.lastIndex = this.at;
    const found = pattern.exec(this.text)?.[0] ?? '';
    this.at += found.length;
    return found;
  }

  private shown(): string {
    const next = this.peek();
    return next === '' ? 'the end' : `"${next}" at character ${this.at + 1}`;
  }
}

function total(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0);
}

function rounded(value: number, digits: number): number {
  const factor = 10 ** Math.trunc(Math.min(15, Math.max(0, digits)));
  return Math.round(tidy(value * factor)) / factor;
}

/** 0.1 + 0.2 is 0.3 to whoever asks a calculator; whole numbers stay as exact as they are. */
function tidy(value: number): number {
  return Number.isSafeInteger(value) ? value : Number(value.toPrecision(15));
}
