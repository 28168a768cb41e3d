import { nameOf } from './candidates';
import type { ErpAgent } from './erp-agent';
import { find, recordsWith, type JsonRecord, type Reading } from './reading';
import { addDays, shown, text, words, workday } from './values';

const INTERVIEWERS = ['R. Okafor', 'L. Meyer', 'S. Tanaka', 'D. Rossi'];
const TIMES = ['09:00', '10:30', '13:00', '14:30', '16:00'];
const ROUNDS = [
  { round: 'phone screen', inDays: 2, durationMinutes: 30 },
  { round: 'technical interview', inDays: 5, durationMinutes: 60 },
];

/** Plans interviews for whom the screening recommends it, and says why others get none. */
export const interviewScheduler: ErpAgent = {
  role: 'interview_scheduler',
  answer(reading) {
    const screened = screenedIn(reading);
    const names = screened.filter(isInvited).map((record) => nameOf(record)!);
    const interviewers = interviewersIn(reading);
    const interviews = names.flatMap((name) => planFor(name, interviewers, reading));
    const notScheduled = screened.filter((record) => !isInvited(record)).map(refusalOf);
    return {
      candidate: names[0] ?? null,
      status: interviews.length > 0 ? 'scheduled' : 'not_scheduled',
      interviews,
      notScheduled,
    };
  },
};

/** One record per candidate: the best one stands twice in the screener's answer. */
function screenedIn(reading: Reading): JsonRecord[] {
  const records = recordsWith(reading, ['candidate', 'candidateName', 'name'], ['recommendation']);
  return [...new Map(records.map((record) => [nameOf(record), record])).values()];
}

function isInvited(record: JsonRecord): boolean {
  return text(record, ['recommendation']) === 'interview' && nameOf(record) !== null;
}

function interviewersIn(reading: Reading): string[] {
  const given = words(find(reading, ['interviewers', 'panel']));
  return given.length > 0 ? given : INTERVIEWERS;
}

function planFor(candidate: string, interviewers: readonly string[], { today, random }: Reading): JsonRecord[] {
  return ROUNDS.map(({ round, inDays, durationMinutes }) => ({
    candidate,
    round,
    date: workday(addDays(today, inDays)),
    startsAt: random.pick(TIMES),
    durationMinutes,
    interviewer: random.pick(interviewers),
  }));
}

function refusalOf(record: JsonRecord): JsonRecord {
  return {
    candidate: nameOf(record),
    reason: `screening recommends ${text(record, ['recommendation'])} (score ${shown(record['score'])})`,
  };
}
