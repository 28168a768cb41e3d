/**
 * What can be found in a text by name. Own expressions of callers are not taken: one that backtracks (`(a+)+$`) stops a
 * process for as long as it likes. In these every repetition is bounded or cannot meet its neighbour, so a text of
 * 200,000 characters takes milliseconds (tested with the worst ones).
 */
const EMAIL = /(?<![\w.+-])[\w.+-]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){1,8}/g;
const URL = /https?:\/\/[^\s<>"'`{}|\\^]{1,2000}/g;
const NUMBER = /(?<![\w.])[-+]?(?:\d{1,3}(?:,\d{3}){1,6}(?!\d)|\d{1,20})(?:\.\d{1,20})?(?:[eE][-+]?\d{1,3})?(?![\w])/g;
const DATE =
  /(?<!\d)(\d{4})-(\d{2})-(\d{2})(?!\d)|(?<!\d)(\d{1,2})\.? ([A-Z][a-z]{2,8})\.? (\d{4})(?!\d)|([A-Z][a-z]{2,8})\.? (\d{1,2}), (\d{4})(?!\d)/g;

const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const DAYS = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/** Every value of one kind in a text, in its order. Numbers are numbers, dates are ISO dates. */
export const PATTERNS: Readonly<Record<string, (text: string) => unknown[]>> = {
  email: (text) => found(text, EMAIL).map((address) => withoutEnd(address, '.-')),
  url: (text) => found(text, URL).map((address) => withoutEnd(address, '.,;:!?)]')),
  number: (text) => found(text, NUMBER).map((digits) => Number(digits.replaceAll(',', ''))),
  date: (text) => [...text.matchAll(DATE)].flatMap(isoDate),
};

function found(text: string, pattern: RegExp): string[] {
  return [...text.matchAll(pattern)].map(([match]) => match);
}

/** No expression: `[.,]+$` looks at every run of such characters again and again, 2,000 of them before a letter. */
function withoutEnd(text: string, characters: string): string {
  let end = text.length;
  while (end > 0 && characters.includes(text[end - 1]!)) end -= 1;
  return text.slice(0, end);
}

/** Written as 2026-03-01, 1 March 2026 or March 1, 2026; one that no calendar has is none. */
function isoDate([, y1, m1, d1, d2, name2, y2, name3, d3, y3]: RegExpMatchArray): string[] {
  const year = Number(y1 ?? y2 ?? y3);
  const month = m1 === undefined ? monthOf(name2 ?? name3 ?? '') : Number(m1);
  const day = Number(d1 ?? d2 ?? d3);
  const leap = (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;
  if (month < 1 || month > 12 || day < 1 || day > DAYS[month - 1]! || (month === 2 && day === 29 && !leap)) return [];
  return [[String(year).padStart(4, '0'), two(month), two(day)].join('-')];
}

function monthOf(name: string): number {
  return MONTHS.indexOf(name.slice(0, 3).toLowerCase()) + 1;
}

function two(number: number): string {
  return String(number).padStart(2, '0');
}
