import { candidatesIn, type Candidate } from './candidates';
import type { ErpAgent } from './erp-agent';
import { find, type JsonRecord, type Reading } from './reading';
import { words } from './values';

const REQUIRED = ['requiredSkills', 'requirements', 'mustHave', 'skillsRequired'];
const INTERVIEW_FROM = 60;
const HOLD_FROM = 40;

/** Weighs skills 70 to experience 30; ten years are full marks. */
const SKILL_POINTS = 70;
const POINTS_PER_YEAR = 3;
const YEARS_MAX = 10;

const NOBODY: JsonRecord = {
  candidate: null,
  score: 0,
  recommendation: 'reject',
  reasons: ['no candidate in the input'],
};

/** Scores the parsed candidates against the skills that the job asks for; the best one stands on top. */
export const candidateScreener: ErpAgent = {
  role: 'candidate_screener',
  answer(reading) {
    const required = requiredSkills(reading);
    const screened = candidatesIn(reading).map((candidate) => screen(candidate, required));
    const ranking = screened.sort((a, b) => Number(b['score']) - Number(a['score']));
    return { ...(ranking[0] ?? NOBODY), ranking };
  },
};

function requiredSkills(reading: Reading): string[] {
  const given = words(find(reading, REQUIRED));
  if (given.length > 0) return given;
  const line =
    /(?:required skills|requirements|must have|skills required)\s*:\s*([^\n]+)/i.exec(reading.text)?.[1] ?? '';
  return words(line.replace(/[[\]"']|\.\s*$/g, ''));
}

function screen(candidate: Candidate, required: readonly string[]): JsonRecord {
  const has = new Set(candidate.skills.map((skill) => skill.toLowerCase()));
  const matchedSkills = required.filter((skill) => has.has(skill.toLowerCase()));
  const missingSkills = required.filter((skill) => !has.has(skill.toLowerCase()));
  const share = required.length === 0 ? Math.min(1, has.size / 5) : matchedSkills.length / required.length;
  const score = Math.round(share * SKILL_POINTS + Math.min(YEARS_MAX, candidate.yearsExperience) * POINTS_PER_YEAR);
  return {
    candidate: candidate.name,
    email: candidate.email,
    score,
    matchedSkills: required.length === 0 ? candidate.skills : matchedSkills,
    missingSkills,
    recommendation: score >= INTERVIEW_FROM ? 'interview' : score >= HOLD_FROM ? 'hold' : 'reject',
    reasons: [
      `${matchedSkills.length} of ${required.length} required skills`,
      `${candidate.yearsExperience} years of experience`,
    ],
  };
}
