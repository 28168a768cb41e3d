import type { RecordedDay } from '../result';

/** An event is survived when the shop is worth 95 % of what it was the day before it, at most 50 days after its beginning. */
const RECOVERED = 0.95;
const WITHIN_DAYS = 50;

/** An event of the last weeks that is not survived yet. */
interface Ordeal {
  id: unknown;
  neededCents: number;
  lastDay: number;
  isOver: boolean;
}

/**
 * How many events began and how many of them the shop outlived: on some day from the event's end on (the last day, when it is
 * still going on) its equity, with stock at cost, is back. It hears one day after the other, from the first on.
 */
export class Survival {
  private totalEvents = 0;
  private eventsSurvived = 0;
  private open: Ordeal[] = [];
  private day = 0;

  /** @param equityCents on the first morning */
  constructor(private equityCents: number) {}

  add({ day, events, summary }: RecordedDay): void {
    for (const { type, data } of events) {
      if (type === 'market-event-started') this.begin(data?.['id'], day);
      if (type === 'market-event-ended') this.end(data?.['id']);
    }
    this.day = day;
    this.equityCents = summary.figures['equityCents']!;
    this.open = this.open.filter((ordeal) => this.goesOn(ordeal));
  }

  /** Of the days so far. */
  get counted(): { eventsSurvived: number; totalEvents: number } {
    const enough = this.open.filter((ordeal) => !ordeal.isOver && this.isBack(ordeal)).length;
    return { eventsSurvived: this.eventsSurvived + enough, totalEvents: this.totalEvents };
  }

  private begin(id: unknown, day: number): void {
    this.totalEvents += 1;
    const neededCents = this.equityCents * RECOVERED;
    this.open.push({ id, neededCents, lastDay: day + WITHIN_DAYS, isOver: false });
  }

  private end(id: unknown): void {
    for (const ordeal of this.open) if (ordeal.id === id) ordeal.isOver = true;
  }

  private goesOn(ordeal: Ordeal): boolean {
    if (this.day > ordeal.lastDay) return false;
    const isSurvived = ordeal.isOver && this.isBack(ordeal);
    if (isSurvived) this.eventsSurvived += 1;
    return !isSurvived;
  }

  private isBack({ neededCents }: Ordeal): boolean {
    return this.equityCents >= neededCents;
  }
}

export function survival(days: readonly RecordedDay[], openingEquityCents: number): Survival['counted'] {
  const survived = new Survival(openingEquityCents);
  for (const day of days) survived.add(day);
  return survived.counted;
}
