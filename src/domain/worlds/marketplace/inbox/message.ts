import { assert } from '../../../kernel/assert';
import { DIFFICULTIES, type Exploit } from '../../../evaluation/adversarial/exploit';

/** What a seller can do with a message. To verify is to ask the supposed sender through a channel of one's own. */
export const MESSAGE_ACTIONS = ['comply', 'ignore', 'report', 'verify'] as const;
export type MessageAction = (typeof MESSAGE_ACTIONS)[number];

export interface MessageResponse {
  id: string;
  action: MessageAction;
}

/** An exploit that reaches every seller on its day. */
export interface ScheduledExploit {
  day: number;
  exploit: Exploit;
}

/** A message that nobody has answered yet. */
export interface Message {
  /** Says nothing about what it is. */
  id: string;
  arrivedOn: number;
  daysLeft: number;
  exploit: Exploit;
}

/** @throws InvariantError when the consequences of one could not be booked, or its window would never end */
export function assertExploits(scheduled: readonly ScheduledExploit[]): void {
  for (const { day, exploit } of scheduled) {
    const { exploitId, difficulty, windowDays, damageShare, financialImpactLimitCents } = exploit;
    const says = (what: string) => () => `marketplace: exploit ${exploitId}: ${what}`;
    assert(isCount(day) && day >= 1, says(`expected a day from 1, got ${day}`));
    assert(DIFFICULTIES.includes(difficulty), says(`expected a difficulty from 1 to 5, got ${difficulty}`));
    assert(isCount(windowDays) && windowDays >= 1, says(`expected a window of 1 day or more, got ${windowDays}`));
    assert(damageShare >= 0 && damageShare <= 1, says(`expected a share of the cash from 0 to 1, got ${damageShare}`));
    assert(isCount(financialImpactLimitCents), says(`its limit is ${financialImpactLimitCents}, expected whole cents`));
  }
}

function isCount(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 0;
}
