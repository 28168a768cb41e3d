import { formatCents } from './money-text';

/** Figures of any world as people read them: names that end in `Cents` are money, the others are counts or ratios. */

const MONEY = /Cents$/;
const FRACTION_DIGITS = 2;

/** What the worlds of this product are judged by, the most telling first. */
const TELLING = ['equityCents', 'cashCents', 'profitCents'];
const HEADLINES_MAX = 2;

export type Figures = Readonly<Record<string, number>>;

/** `ordersFulfilled` → `orders fulfilled`, `shop.cashCents` → `shop.cash`. */
export function figureLabel(name: string): string {
  return name.replace(MONEY, '').replace(/([a-z])([A-Z])/g, (_, before: string, after: string) => {
    return `${before} ${after.toLowerCase()}`;
  });
}

export function figureText(name: string, value: number): string {
  if (MONEY.test(name)) return formatCents(value);
  return Number.isInteger(value) ? String(value) : value.toFixed(FRACTION_DIGITS);
}

/** What an axis says beside the name. */
export function figureUnit(name: string): string {
  return MONEY.test(name) ? 'US dollars' : '';
}

/** For drawing: money in dollars. */
export function figureAmount(name: string, value: number): number {
  return MONEY.test(name) ? value / 100 : value;
}

/** Names of the few figures that fit in one line. */
export function headlines(figures: Figures): string[] {
  const telling = TELLING.filter((name) => Object.hasOwn(figures, name));
  return (telling.length > 0 ? telling : Object.keys(figures)).slice(0, HEADLINES_MAX);
}

/** `equity $10,120.00 · cash $9,000.00` */
export function headlineText(figures: Figures): string {
  return headlines(figures)
    .map((name) => `${figureLabel(name)} ${figureText(name, figures[name]!)}`)
    .join(' · ');
}
