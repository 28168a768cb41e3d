import { InvalidArgumentError } from 'commander';

/** Readers of option values: what nobody can mean is a usage error, before anything is asked or started. */

export function integerBetween(minimum: number, maximum: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (/^\d+$/.test(text) && value >= minimum && value <= maximum) return value;
    throw new InvalidArgumentError(`Expected a whole number from ${minimum} to ${maximum}.`);
  };
}

export const port = integerBetween(1, 65_535);

/** What worlds take: the same seed is the same luck. */
export const seed = integerBetween(0, Number.MAX_SAFE_INTEGER);

/** Zero is refused: a run that may spend nothing cannot begin. */
export function usDollars(text: string): number {
  const value = Number(text);
  if (/^\d+(\.\d+)?$/.test(text) && value > 0) return value;
  throw new InvalidArgumentError('Expected US dollars above 0, such as 2.50.');
}

/** @returns without an experiment for the tenant's own level */
export function levelAboveRuns(text: string): { experiment?: string } {
  if (text === 'tenant') return {};
  const experiment = /^experiment:([\w.-]{1,128})$/.exec(text)?.[1];
  if (experiment === undefined) throw new InvalidArgumentError('Expected tenant or experiment:NAME.');
  return { experiment };
}

/** @returns ISO 8601 in UTC; a date alone is its first moment, a time without a zone is local */
export function time(text: string): string {
  const ms = /^\d{4}-\d{2}-\d{2}/.test(text) ? Date.parse(text) : Number.NaN;
  if (!Number.isNaN(ms)) return new Date(ms).toISOString();
  throw new InvalidArgumentError('Expected a time such as 2026-01-30 or 2026-01-30T08:00:00Z.');
}

/** @returns without a slash at the end, ready to have a path put behind */
export function httpUrl(text: string): string {
  if (URL.canParse(text) && /^https?:$/.test(new URL(text).protocol)) return text.replace(/\/+$/, '');
  throw new InvalidArgumentError('Expected an address such as http://127.0.0.1:8080.');
}

/** One more `name=value` beside those before. Values that are JSON are read as JSON. */
export function namedValue(pair: string, before: readonly [string, unknown][]): [string, unknown][] {
  const at = pair.indexOf('=');
  if (at < 1) throw new InvalidArgumentError('Expected name=value.');
  return [...before, [pair.slice(0, at), valueOf(pair.slice(at + 1))]];
}

export interface AgentValue {
  /** Undefined: of the only agent there is. */
  agentId: string | undefined;
  value: string;
}

/** One more `VALUE` or `AGENT=VALUE` beside those before. */
export function agentValue(text: string, before: readonly AgentValue[]): AgentValue[] {
  const [, agentId, value] = /^(?:([a-zA-Z][\w.-]{0,63})=)?([\w./-][\w./:@-]*)$/.exec(text) ?? [];
  if (value === undefined)
    throw new InvalidArgumentError('Expected NAME, or AGENT=NAME where there are several agents.');
  return [...before, { agentId, value }];
}

/** A value that must be JSON: a text would be one of another type than the one that was meant. */
export function jsonValue(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    throw new InvalidArgumentError(`Expected JSON, got ${text.slice(0, 80)}`);
  }
}

function valueOf(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text);
    // An order number of 20 digits would lose its last ones; it stays what was typed.
    return Number.isInteger(value) && !Number.isSafeInteger(value) ? text : value;
  } catch {
    return text; // a plain word is its own value
  }
}

/** What providers call their models; nothing that means something in YAML. */
export function modelName(text: string): string {
  if (/^[\w./-][\w./:@-]*$/.test(text)) return text;
  throw new InvalidArgumentError('Expected the name of a model, such as gpt-4.1-mini.');
}

/** Where Node's inspector listens: `9229`, `127.0.0.1:9230`. */
export function inspectAddress(text: string): string {
  if (/^([\w.-]+:)?\d{1,5}$/.test(text)) return text;
  throw new InvalidArgumentError('Expected a port, or host:port, such as 127.0.0.1:9229.');
}
