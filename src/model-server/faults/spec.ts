import { configurationError } from '../configuration-error';
import { FAULTS, isFaultKind, parametersOf, type FaultKind } from './catalogue';

/** One fault with its settings, as it strikes a request. */
export interface Fault {
  kind: FaultKind;
  settings: Readonly<Record<string, number>>;
}

/** Which requests a fault strikes: of those that match model and agent, by count or by seeded chance. */
export interface FaultRule extends Fault {
  spec: string;
  model: string | null;
  /** Matches the agent of that name and those that begin with it. */
  agent: string | null;
  /** Strikes each nth matching request; 1 = all. */
  every: number;
  /** Lets this many matching requests pass first. */
  skip: number;
  /** Strikes at most this often. */
  times: number;
  /** Chance to strike, 0 to 1. */
  rate: number;
}

export const SELECTORS = {
  model: 'only requests for this model',
  agent: 'only agents whose name begins so',
  every: 'each nth of them (1)',
  skip: 'let this many of them pass first (0)',
  times: 'at most this often (no limit)',
  rate: 'with this chance, drawn from the seed (1)',
} as const;

/** `KIND[:key=value,…]`, for example `429:every=5,retry-after-ms=200`. @throws LonghaulError that says what is accepted. */
export function parseFault(spec: string): FaultRule {
  const [kind = '', ...rest] = spec.split(':');
  if (!isFaultKind(kind))
    throw configurationError(`fault "${spec}": expected one of ${Object.keys(FAULTS).join(', ')}`);
  const pairs = new Map(
    rest
      .join(':')
      .split(',')
      .filter(Boolean)
      .map((pair) => splitPair(spec, pair)),
  );
  const accepted = [...Object.keys(SELECTORS), ...Object.keys(parametersOf(kind))];
  const unknown = [...pairs.keys()].find((key) => !accepted.includes(key));
  if (unknown !== undefined)
    throw configurationError(`fault "${spec}": unknown key "${unknown}"; accepted: ${accepted.join(', ')}`);
  return ruleOf(spec, kind, pairs);
}

function ruleOf(spec: string, kind: FaultKind, pairs: ReadonlyMap<string, string>): FaultRule {
  const number = (key: string, fallback: number, min: number, max = Number.POSITIVE_INFINITY) =>
    pairs.has(key) ? parseNumber(spec, key, pairs.get(key)!, min, max) : fallback;
  return {
    spec,
    kind,
    settings: settingsOf(spec, kind, pairs),
    model: pairs.get('model') ?? null,
    agent: pairs.get('agent') ?? null,
    every: number('every', 1, 1),
    skip: number('skip', 0, 0),
    times: number('times', Number.POSITIVE_INFINITY, 0),
    rate: number('rate', 1, 0, 1),
  };
}

function settingsOf(spec: string, kind: FaultKind, pairs: ReadonlyMap<string, string>): Record<string, number> {
  const given = Object.keys(parametersOf(kind)).filter((key) => pairs.has(key));
  const min = kind === 'usage' ? Number.MIN_SAFE_INTEGER : 0; // a broken report may be negative
  return Object.fromEntries(
    given.map((key) => [key, parseNumber(spec, key, pairs.get(key)!, min, Number.POSITIVE_INFINITY)]),
  );
}

function splitPair(spec: string, pair: string): [string, string] {
  const index = pair.indexOf('=');
  if (index <= 0) throw configurationError(`fault "${spec}": expected key=value, got "${pair}"`);
  return [pair.slice(0, index), pair.slice(index + 1)];
}

function parseNumber(spec: string, key: string, text: string, min: number, max: number): number {
  const value = text.trim() === '' ? Number.NaN : Number(text);
  if (Number.isFinite(value) && value >= min && value <= max) return value;
  throw configurationError(
    `fault "${spec}": ${key} must be a number >= ${min}${Number.isFinite(max) ? ` and <= ${max}` : ''}, got "${text}"`,
  );
}
