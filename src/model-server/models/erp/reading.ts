import { canonicalJson, type Json } from '../../../domain/kernel/canonical-json';
import type { SeededRandom } from '../../seeded-random';
import { findJson } from './find-json';

export type JsonRecord = { [key: string]: Json };

/** Names under which a thing may be written; case, `_` and `-` do not matter. */
export type Aliases = readonly string[];

/** A prompt as an ERP agent reads it: its text, and the records of all JSON in it. */
export interface Reading {
  text: string;
  records: readonly JsonRecord[];
  random: SeededRandom;
  /** The day of business, ISO date. From the prompt: a script has no clock. */
  today: string;
}

const DEFAULT_TODAY = '2026-01-05';

export function read(text: string, random: SeededRandom): Reading {
  const records = findJson(text).flatMap(recordsIn);
  const today = textOf(records, ['date', 'today', 'asOf', 'businessDate']) ?? text;
  return { text, records, random, today: /\b\d{4}-\d{2}-\d{2}\b/.exec(today)?.[0] ?? DEFAULT_TODAY };
}

/** Outer records before the inner ones, so that a whole is found before its parts. */
function recordsIn(value: Json): JsonRecord[] {
  if (Array.isArray(value)) return value.flatMap(recordsIn);
  if (value === null || typeof value !== 'object') return [];
  return [value, ...Object.values(value).flatMap(recordsIn)];
}

/** The records that have something under each of the names, without repetitions. */
export function recordsWith(reading: Reading, ...needed: Aliases[]): JsonRecord[] {
  const fitting = reading.records.filter((record) => needed.every((aliases) => get(record, aliases) !== undefined));
  return [...new Map(fitting.map((record) => [canonicalJson(record), record])).values()];
}

/** The value under the first of the names that is there; `null` counts as absent. */
export function get(record: JsonRecord, aliases: Aliases): Json | undefined {
  for (const alias of aliases) {
    const key = Object.keys(record).find((candidate) => plain(candidate) === plain(alias));
    if (key !== undefined && record[key] !== null) return record[key];
  }
  return undefined;
}

/** The first value of that name anywhere in the prompt. */
export function find(reading: Reading, aliases: Aliases): Json | undefined {
  for (const record of reading.records) {
    const value = get(record, aliases);
    if (value !== undefined) return value;
  }
  return undefined;
}

function textOf(records: readonly JsonRecord[], aliases: Aliases): string | undefined {
  return records.map((record) => get(record, aliases)).find((value) => typeof value === 'string');
}

function plain(name: string): string {
  return name.replace(/[_\s-]/g, '').toLowerCase();
}
