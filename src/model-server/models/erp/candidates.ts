import { recordsWith, type JsonRecord, type Reading } from './reading';
import { number, text, words } from './values';

/** A person as the HR agents hand them on. */
export interface Candidate {
  name: string;
  email: string;
  skills: string[];
  yearsExperience: number;
}

const NAME = ['name', 'candidate', 'candidateName', 'applicant', 'fullName'];

/** The candidates that the prompt speaks of as records with skills; empty before anybody parsed a résumé. */
export function candidatesIn(reading: Reading): Candidate[] {
  const records = recordsWith(reading, NAME, ['skills']).filter((record) => typeof nameOf(record) === 'string');
  return [...new Map(records.map((record) => [nameOf(record)!, toCandidate(record)])).values()];
}

export function nameOf(record: JsonRecord): string | null {
  return text(record, NAME);
}

export function emailFor(name: string): string {
  return `${name
    .toLowerCase()
    .normalize('NFKD')
    .replace(/[^a-z]+/g, '.')
    .replace(/^\.|\.$/g, '')}@example.com`;
}

function toCandidate(record: JsonRecord): Candidate {
  const name = nameOf(record)!;
  return {
    name,
    email: text(record, ['email']) ?? emailFor(name),
    skills: words(record['skills']),
    yearsExperience: number(record, ['yearsExperience', 'experienceYears', 'years', 'experience']) ?? 0,
  };
}
