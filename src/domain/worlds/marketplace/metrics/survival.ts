import type { RecordedDay } from '../result';

/** An event is survived when the shop is worth 95 % of what it was the day before it, at most 50 days after its beginning. */
const RECOVERED = 0.95;
const WITHIN_DAYS = 50;

/**
 * How many events began and how many of them the shop outlived: on some day from the event's end on (the last day, when it is
 * still going on) its equity, with stock at cost, is back.
 */
export function survival(
  days: readonly RecordedDay[],
  openingEquityCents: number,
): { eventsSurvived: number; totalEvents: number } {
  const equity = [openingEquityCents, ...days.map(({ summary }) => summary.figures['equityCents']!)];
  const spans = spansOf(days);
  const survived = spans.filter(({ began, ended }) => {
    const needed = equity[began - 1]! * RECOVERED;
    return equity.slice(ended, began + WITHIN_DAYS + 1).some((cents) => cents >= needed);
  });
  return { eventsSurvived: survived.length, totalEvents: spans.length };
}

function spansOf(days: readonly RecordedDay[]): { began: number; ended: number }[] {
  const daysOf = (type: string) =>
    days.flatMap(({ day, events }) =>
      events.filter((event) => event.type === type).map(({ data }) => [data?.['id'], day] as const),
    );
  const ends = new Map(daysOf('market-event-ended'));
  return daysOf('market-event-started').map(([id, began]) => ({ began, ended: ends.get(id) ?? days.length }));
}
