import { candidatesIn, emailFor, nameOf, type Candidate } from './candidates';
import type { ErpAgent } from './erp-agent';
import { recordsWith, type JsonRecord, type Reading } from './reading';
import { text } from './values';

const SKILLS = [
  'TypeScript',
  'JavaScript',
  'Python',
  'Java',
  'Go',
  'Rust',
  'C++',
  'SQL',
  'PostgreSQL',
  'Redis',
  'Docker',
  'Kubernetes',
  'AWS',
  'Terraform',
  'React',
  'Node.js',
  'GraphQL',
  'Machine Learning',
  'Data Analysis',
  'Excel',
  'SAP',
  'Accounting',
  'Project Management',
  'Leadership',
  'Negotiation',
  'Logistics',
];
const NAMES = ['Ada Brandt', 'Noor Haddad', 'Mateo Silva', 'Ines Okafor', 'Jonas Weber', 'Priya Raman'];
const DEGREES = /\b(?:Ph\.?D|M\.?Sc|MBA|M\.?A|B\.?Sc|B\.?A|Bachelor|Master|Diploma)\b[^\n.;"]{0,60}/i;

/** Turns résumés into `candidates`; the first one's fields also stand on top. */
export const resumeParser: ErpAgent = {
  role: 'resume_parser',
  answer(reading) {
    const candidates = resumesIn(reading).map((resume) => parse(resume, reading));
    const [first] = candidates;
    return { ...first, candidates };
  },
};

/** Records with a résumé text, candidates already structured, or the prompt's own text. */
function resumesIn(reading: Reading): Array<{ name: string | null; body: string; known?: Candidate }> {
  const records = recordsWith(reading, ['resume', 'resumeText', 'cv', 'text']).filter(
    (record) => typeof bodyOf(record) === 'string',
  );
  if (records.length > 0) return records.map((record) => ({ name: nameOf(record), body: bodyOf(record)! }));
  const known = candidatesIn(reading);
  if (known.length > 0) return known.map((candidate) => ({ name: candidate.name, body: '', known: candidate }));
  return [{ name: null, body: afterHeading(reading.text) }];
}

function bodyOf(record: JsonRecord): string | null {
  return text(record, ['resume', 'resumeText', 'cv', 'text']);
}

function afterHeading(prompt: string): string {
  return /(?:^|\n)[ \t#*]*(?:r[ée]sum[ée]|cv)[^\n:]{0,40}:([\s\S]+)/i.exec(prompt)?.[1] ?? prompt;
}

function parse(resume: { name: string | null; body: string; known?: Candidate }, { random }: Reading): JsonRecord {
  const { body, known } = resume;
  const name = resume.name ?? nameFrom(body) ?? random.pick(NAMES);
  const found = SKILLS.filter((skill) => mentions(body, skill));
  const skills =
    known?.skills ?? (found.length > 0 ? found : [random.pick(SKILLS.slice(0, 13)), random.pick(SKILLS.slice(13))]);
  const years = known?.yearsExperience ?? yearsFrom(body) ?? random.integer(2, 12);
  return {
    name,
    email: known?.email ?? /[\w.+-]+@[\w-]+\.[\w.]+\w/.exec(body)?.[0] ?? emailFor(name),
    skills,
    yearsExperience: years,
    education: DEGREES.exec(body)?.[0].trim() ?? 'not stated',
    summary: `${name} brings ${years} years of experience with ${skills.slice(0, 3).join(', ')}.`,
  };
}

function nameFrom(body: string): string | null {
  const labelled = /^[ \t*-]*(?:name|candidate|applicant)[ \t]*:[ \t*]*([^\n,;]{2,60})/im.exec(body)?.[1];
  const opening = /^\s*(\p{Lu}[\p{L}'.-]+(?: \p{Lu}[\p{L}'.-]+){1,2})\b/u.exec(body)?.[1];
  return (labelled ?? opening)?.trim() ?? null;
}

function yearsFrom(body: string): number | null {
  const years = /(\d{1,2})\+?\s*years?/i.exec(body)?.[1];
  return years === undefined ? null : Number(years);
}

function mentions(body: string, skill: string): boolean {
  return new RegExp(`(?<![\\w+#])${skill.replace(/[.+]/g, '\\$&')}(?![\\w+#])`, 'i').test(body);
}
