import type { WorldEvent } from '../simulation/world';

type ValueForm = 'text' | 'integer' | 'number';

/** What an event of one type looks like. */
export interface EventForm {
  about: string;
  /** What its `subject` names. */
  subject: string;
  data: Readonly<Record<string, ValueForm>>;
  /** Members of its data that may be missing. */
  optional?: Readonly<Record<string, ValueForm>>;
}

/** All that a world tells, by type. */
export type EventForms = Readonly<Record<string, EventForm>>;

const FITS: Readonly<Record<ValueForm, (value: unknown) => boolean>> = {
  text: (value) => typeof value === 'string' && value !== '',
  integer: Number.isSafeInteger,
  number: Number.isFinite,
};

/** What is wrong with an event by the catalogue of its world; undefined: nothing. */
export function misformed(forms: EventForms, { type, subject, data = {} }: WorldEvent): string | undefined {
  const form = forms[type];
  if (form === undefined) return `no event type "${type}"; there are: ${Object.keys(forms).sort().join(', ')}`;
  if (subject === undefined) return `${type}: no subject; expected a ${form.subject}`;
  const missing = Object.keys(form.data).filter((name) => !(name in data));
  if (missing.length > 0) return `${type}: data without ${missing.join(', ')}`;
  const known: Readonly<Record<string, ValueForm>> = { ...form.data, ...form.optional };
  for (const [name, value] of Object.entries(data)) {
    const expected = known[name];
    if (expected === undefined) return `${type}: data with ${name}, which the catalogue does not know`;
    if (!FITS[expected](value)) return `${type}: ${name} is ${JSON.stringify(value)}; expected ${expected}`;
  }
  return undefined;
}
