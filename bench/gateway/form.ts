/** How much is measured. */
export interface Form {
  /** What it does and how long it takes, for whoever waits for it. */
  says: string;
  isQuick: boolean;
  /** Times that what is compared is measured in turn; the middle one is reported. */
  pairs: number;
  /** Times that the limiter's longest window is filled. */
  windows: number;
  /** Who want the same money, at each tier of the price. */
  callers: number;
  /** Of which they are. */
  processes: number;
}

export const FORMS = {
  quick: {
    says: 'quick: whether it works, not how good it is. One pair of each, windows of 8 s filled twice, 200 callers at each tier of a price; two minutes',
    ...{ isQuick: true, pairs: 1, windows: 2, callers: 200, processes: 2 },
  },
  usual: {
    says: 'five pairs of each, windows of a minute filled twice, 200 callers at each tier of a price; about twelve minutes',
    ...{ isQuick: false, pairs: 5, windows: 2, callers: 200, processes: 4 },
  },
  long: {
    says: 'long: fifteen pairs of each, windows of a minute filled ten times, 1,000 callers at each tier of a price; about an hour',
    ...{ isQuick: false, pairs: 15, windows: 10, callers: 1_000, processes: 4 },
  },
} as const satisfies Record<string, Form>;
export type FormName = keyof typeof FORMS;
