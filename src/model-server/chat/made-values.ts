import type { SeededRandom } from '../seeded-random';
import type { Fields } from './fields';

const WORDS = ['steady', 'reviewed', 'complete', 'pending', 'standard', 'regular', 'confirmed', 'routine'] as const;

/** Distance kept from an exclusive bound. */
const STEP = 1e-6;

const FORMATS: Record<string, string> = {
  date: '2026-01-15',
  'date-time': '2026-01-15T09:00:00Z',
  time: '09:00:00Z',
  email: 'someone@example.com',
  uri: 'https://example.com/',
  uuid: '00000000-0000-4000-8000-000000000000',
  ipv4: '192.0.2.1',
  duration: 'P1D',
};

/** `text` when the schema allows it, else a word of the right length or an example of the right format. */
export function makeString(schema: Fields, text: string | null, random: SeededRandom): string {
  const min = numberOr(schema['minLength'], 0);
  const max = numberOr(schema['maxLength'], Number.POSITIVE_INFINITY);
  const format = FORMATS[String(schema['format'])];
  const made = text ?? format ?? random.pick(WORDS);
  return made.slice(0, max).padEnd(Math.min(min, 10_000), '.');
}

/** `value` moved into the schema's bounds; without a number one is drawn from them. */
export function makeNumber(schema: Fields, value: unknown, random: SeededRandom, whole: boolean): number {
  const step = whole ? 1 : STEP;
  const min = Math.max(
    numberOr(schema['minimum'], Number.NEGATIVE_INFINITY),
    numberOr(schema['exclusiveMinimum'], Number.NEGATIVE_INFINITY) + step,
  );
  const max = Math.min(
    numberOr(schema['maximum'], Number.POSITIVE_INFINITY),
    numberOr(schema['exclusiveMaximum'], Number.POSITIVE_INFINITY) - step,
  );
  const low = Number.isFinite(min) ? min : Math.min(0, max);
  const high = Number.isFinite(max) ? max : low + 100;
  const drawn = typeof value === 'number' && Number.isFinite(value) ? value : low + random.next() * (high - low);
  const bounded = Math.min(max, Math.max(min, drawn));
  return multipleOf(schema, whole ? Math.round(bounded) : bounded, low);
}

function multipleOf(schema: Fields, value: number, low: number): number {
  const step = numberOr(schema['multipleOf'], 0);
  if (step <= 0) return value;
  const below = Math.floor(value / step) * step;
  return below >= low ? below : below + step;
}

function numberOr(value: unknown, fallback: number): number {
  return typeof value === 'number' ? value : fallback;
}
