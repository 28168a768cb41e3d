import type { Json } from '../../../domain/kernel/canonical-json';
import { get, type Aliases, type JsonRecord } from './reading';

const DAY_MS = 86_400_000;

export function text(record: JsonRecord, aliases: Aliases): string | null {
  const value = get(record, aliases);
  return typeof value === 'string' || typeof value === 'number' ? String(value) : null;
}

export function number(record: JsonRecord, aliases: Aliases): number | null {
  return toNumber(get(record, aliases));
}

function toNumber(value: Json | undefined): number | null {
  const parsed = typeof value === 'string' && /\d/.test(value) ? Number(value.replace(/[^0-9.-]/g, '')) : value;
  return typeof parsed === 'number' && Number.isFinite(parsed) ? parsed : null;
}

/** A value inside a sentence. */
export function shown(value: Json | undefined): string {
  return typeof value === 'string' ? value : JSON.stringify(value ?? null);
}

/** Strings of a list, or of a text with commas. */
export function words(value: Json | undefined): string[] {
  if (typeof value === 'string')
    return value
      .split(/[,;]/)
      .map((word) => word.trim())
      .filter(Boolean);
  return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : [];
}

/** Integer cents: `{name}Cents` as it stands, `{name}` and `{name}Usd` in dollars. */
export function cents(record: JsonRecord, names: Aliases): number | null {
  const inCents = number(
    record,
    names.map((name) => `${name}Cents`),
  );
  if (inCents !== null) return Math.round(inCents);
  const dollars = number(
    record,
    names.flatMap((name) => [name, `${name}Usd`]),
  );
  return dollars === null ? null : Math.round(dollars * 100);
}

export function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

/** ISO dates; without a valid one the day of business is meant. */
export function addDays(date: string, days: number): string {
  return new Date(Date.parse(`${date}T00:00:00Z`) + days * DAY_MS).toISOString().slice(0, 10);
}

/** The next day that is no Saturday or Sunday, `date` itself included. */
export function workday(date: string): string {
  const weekday = new Date(`${date}T00:00:00Z`).getUTCDay();
  return weekday === 6 ? addDays(date, 2) : weekday === 0 ? addDays(date, 1) : date;
}

export function dateOr(value: string | null, fallback: string): string {
  return value !== null && Number.isFinite(Date.parse(`${value.slice(0, 10)}T00:00:00Z`))
    ? value.slice(0, 10)
    : fallback;
}
