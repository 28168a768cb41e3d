import * as library from '@huggingface/jinja';

/**
 * The part of the library that this folder uses, typed by hand: its own declarations import each other without file
 * extensions, which resolves to `any` under `module: node20`.
 */
export interface Node {
  type: string;
}

export interface Token {
  type: string;
  value: string;
}

/** A value while rendering. `value` holds a number, text, array or Map as `type` says. */
export interface Value {
  type: string;
  value: unknown;
}

export interface Scope {
  set(name: string, value: unknown): Value;
}

export interface Evaluator {
  evaluate(node: Node | undefined, scope: Scope): Value | undefined;
}

interface Library {
  tokenize(source: string, options: { lstrip_blocks: boolean; trim_blocks: boolean }): Token[];
  parse(tokens: Token[]): Node;
  Environment: new () => Scope;
  Interpreter: new (scope: Scope) => Evaluator;
}

export const { tokenize, parse, Environment, Interpreter } = library as unknown as Library;
