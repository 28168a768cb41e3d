import { LonghaulError, type Problem } from '../kernel/errors';
import { ARTIFACT_TYPES, type CarriedPayload, type NewArtifact } from './header';

type Unstored = Omit<NewArtifact, keyof CarriedPayload>;

/** Limits of a header: it is a row people search and a message live readers get, not a place for content. */
export const HEADER_LIMITS = {
  idChars: 256,
  mimeChars: 128,
  tags: 32,
  tagChars: 128,
  parents: 5000,
  metaChars: 16_384,
} as const;

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const MIME = /^[a-z0-9.+-]+\/[a-z0-9.+-]+(; ?[a-z0-9-]+=[\w.-]+)*$/i;
// PostgreSQL stores no NUL and people cannot read the other control characters.
const CONTROL = /[\u0000-\u001f\u007f]/;

const REQUIRED_IDS = ['tenant', 'sessionId'] as const;
const OPTIONAL_IDS = [
  'branchId',
  'episodeId',
  'groupId',
  'agentId',
  'model',
  'evaluatorId',
  'judgeVersion',
  'idempotencyKey',
] as const;
const COUNTS = ['costMicroUsd', 'inputTokens', 'outputTokens', 'latencyMs'] as const;
const NUMBERS = ['score', 'reward'] as const;

/** @throws LonghaulError InvalidRequest with every problem of the header at once */
export function checkNewArtifact(header: Unstored): void {
  const problems = [
    ...idProblems(header),
    ...numberProblems(header),
    ...listProblems(header),
    ...metaProblems(header.meta),
  ];
  if (!ARTIFACT_TYPES.includes(header.type)) {
    problems.push({ path: 'type', message: `must be one of ${ARTIFACT_TYPES.join(', ')}` });
  }
  if (problems.length > 0) {
    throw new LonghaulError('InvalidRequest', { where: 'artifact header', count: problems.length }, problems);
  }
}

export function isArtifactRef(text: string): boolean {
  return UUID.test(text);
}

function idProblems(header: Unstored): Problem[] {
  const required = REQUIRED_IDS.filter((name) => !isId(header[name]));
  const optional = OPTIONAL_IDS.filter((name) => header[name] !== undefined && !isId(header[name]));
  const problems: Problem[] = [...required, ...optional].map((path) => ({
    path,
    message: `must have 1 to ${HEADER_LIMITS.idChars} characters, none of them a control character`,
  }));
  if (!isArtifactRef(header.ref)) problems.push({ path: 'ref', message: 'must be a UUID in lower case' });
  if (header.mime.length > HEADER_LIMITS.mimeChars || !MIME.test(header.mime)) {
    problems.push({ path: 'mime', message: 'must be a media type such as application/json' });
  }
  return problems;
}

function isId(value: string | undefined): boolean {
  return typeof value === 'string' && value.length > 0 && value.length <= HEADER_LIMITS.idChars && !CONTROL.test(value);
}

function numberProblems(header: Unstored): Problem[] {
  const counts = COUNTS.filter((name) => header[name] !== undefined && !isCount(header[name]));
  const numbers = NUMBERS.filter((name) => header[name] !== undefined && !Number.isFinite(header[name]));
  return [
    ...counts.map((path) => ({ path, message: 'must be a whole number >= 0' })),
    ...numbers.map((path) => ({ path, message: 'must be a finite number' })),
  ];
}

function isCount(value: number | undefined): boolean {
  return Number.isSafeInteger(value) && value! >= 0;
}

function listProblems({ tags = [], parentRefs = [] }: Unstored): Problem[] {
  const problems: Problem[] = [];
  if (tags.length > HEADER_LIMITS.tags || tags.some((tag) => !isId(tag) || tag.length > HEADER_LIMITS.tagChars)) {
    problems.push({
      path: 'tags',
      message: `at most ${HEADER_LIMITS.tags}, each of 1 to ${HEADER_LIMITS.tagChars} characters`,
    });
  }
  if (parentRefs.length > HEADER_LIMITS.parents || !parentRefs.every(isArtifactRef)) {
    problems.push({ path: 'parentRefs', message: `at most ${HEADER_LIMITS.parents} artifact refs` });
  }
  return problems;
}

function metaProblems(meta: Record<string, unknown> = {}): Problem[] {
  const fits = JSON.stringify(meta).length <= HEADER_LIMITS.metaChars;
  return fits
    ? []
    : [
        {
          path: 'meta',
          message: `must be at most ${HEADER_LIMITS.metaChars} characters as JSON; content belongs in the payload`,
        },
      ];
}
