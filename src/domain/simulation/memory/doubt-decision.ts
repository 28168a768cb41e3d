import type { Claim, Doubt } from './doubts';
import { type MemoryItem, titleOf } from './memory-item';

/** Two facts weigh about the same when their scores differ by no more. */
const CONTRADICTION = 0.2;
const CONFIDENT = 0.5;
/** How often something was learned before it stands against a decision. */
const WELL_KNOWN = 3;
/** A day, in ticks. */
const WINDOW_TICKS = 1;
/** What helps on few other days is of its day. */
const TIME_SENSITIVE_BELOW = 0.5;

type Check = (claims: readonly Claim[], facts: readonly MemoryItem[], tick: number) => Doubt[];

/** What the recalled facts have against a proposed decision, before it is made. What a world knows is its own to add. */
export function doubtDecision(claims: readonly Claim[], facts: readonly MemoryItem[], tick: number): Doubt[] {
  return CHECKS.flatMap((check) => check(claims, facts, tick));
}

/** A fact says the opposite, and no fact of about its weight says the same as the decision. */
const contradicted: Check = (claims, facts) =>
  claims.flatMap((claim) =>
    facts
      .filter((fact) => opposes(fact, claim) && !isOutweighed(fact, claim, facts))
      .map((fact) => against(fact, claim)),
  );

function against(fact: MemoryItem, claim: Claim): Doubt {
  const { id, evidence } = fact;
  const severity = evidence >= WELL_KNOWN ? 'high' : 'medium';
  return { kind: 'contradiction', severity, claim, says: `${nameOf(claim)} is against ${titleOf(fact)}`, items: [id] };
}

function isOutweighed(fact: MemoryItem, claim: Claim, facts: readonly MemoryItem[]): boolean {
  return facts.some((other) => supports(other, claim) && other.score >= fact.score - CONTRADICTION);
}

/** Facts that advise the opposite of each other: learned at the same time they conflict in time, else in content. */
const conflicting: Check = (_, facts) =>
  facts.flatMap((fact, index) =>
    facts.slice(index + 1).flatMap((other): Doubt[] => {
      if (!disagree(fact, other) || Math.abs(fact.score - other.score) > CONTRADICTION) return [];
      const near = Math.abs(fact.lastTick - other.lastTick) <= WINDOW_TICKS;
      const says = `memory advises both ${titleOf(fact)} and ${titleOf(other)}`;
      return [
        { kind: near ? 'temporal_conflict' : 'contradiction', severity: 'medium', says, items: [fact.id, other.id] },
      ];
    }),
  );

/** After a rewind a memory may hold what has not happened. */
const fromTheFuture: Check = (_, facts, tick) =>
  facts
    .filter(({ lastTick }) => lastTick > tick)
    .map(({ id, lastTick }) => ({
      ...{ kind: 'temporal_conflict', severity: 'high', items: [id] },
      says: `a fact is of day ${lastTick}, today is ${tick}`,
    }));

const stale: Check = (_, facts, tick) =>
  facts
    .filter(({ reusability, lastTick }) => reusability < TIME_SENSITIVE_BELOW && tick - lastTick > 2 * WINDOW_TICKS)
    .map((fact) => ({
      ...{ kind: 'stale', severity: 'medium', items: [fact.id] },
      says: `${titleOf(fact)} is of day ${fact.lastTick}`,
    }));

const missingContext: Check = (claims, facts) => {
  if (facts.length === 0) return [];
  const unknown = claims.filter(({ subject }) => !facts.some((fact) => isAbout(fact, subject)));
  const says = `nothing is remembered about ${unknown.map(nameOf).join(', ')}`;
  return unknown.length === 0 ? [] : [{ kind: 'missing_context', severity: 'low', says, items: [] }];
};

/** All that speaks for it is unsure. */
const unsure: Check = (claims, facts) =>
  claims.flatMap((claim): Doubt[] => {
    const support = facts.filter((fact) => supports(fact, claim));
    if (support.length === 0 || support.some(({ confidence }) => confidence >= CONFIDENT)) return [];
    const says = `${nameOf(claim)} rests on unsure facts`;
    return [{ kind: 'confidence_mismatch', severity: 'low', claim, says, items: support.map(({ id }) => id) }];
  });

const invalidImpact: Check = (claims, facts) => [
  ...claims
    .filter(({ expected }) => expected !== undefined && !isImpact(expected))
    .map((claim): Doubt => ({ ...impactOf(claim.expected!, `"${nameOf(claim)}"`), claim, items: [] })),
  ...facts
    .filter(({ impact }) => !isImpact(impact))
    .map((fact): Doubt => ({ ...impactOf(fact.impact, titleOf(fact)), items: [fact.id] })),
];

function impactOf(impact: number, of: string): Pick<Doubt, 'kind' | 'severity' | 'says'> {
  const severity = Number.isFinite(impact) ? 'medium' : 'critical';
  return { kind: 'invalid_impact', severity, says: `an impact is from 0 to 1, ${impact} came for ${of}` };
}

const CHECKS: readonly Check[] = [
  contradicted,
  conflicting,
  fromTheFuture,
  stale,
  missingContext,
  unsure,
  invalidImpact,
];

function opposes(fact: MemoryItem, claim: Claim): boolean {
  return concerns(fact, claim) && fact.advises!.direction !== claim.direction && fact.confidence >= CONFIDENT;
}

function supports(fact: MemoryItem, claim: Claim): boolean {
  return concerns(fact, claim) && fact.advises!.direction === claim.direction;
}

function concerns(fact: MemoryItem, { action, subject }: Claim): boolean {
  return fact.advises?.action === action && isAbout(fact, subject);
}

function isAbout(fact: MemoryItem, subject: string | undefined): boolean {
  return fact.subject === undefined || fact.subject === subject;
}

function disagree(a: MemoryItem, b: MemoryItem): boolean {
  if (a.advises === undefined || b.advises === undefined || a.subject !== b.subject) return false;
  return a.advises.action === b.advises.action && a.advises.direction !== b.advises.direction;
}

function isImpact(value: number): boolean {
  return value >= 0 && value <= 1;
}

function nameOf({ action, direction, subject }: Claim): string {
  return subject === undefined ? `${action} (${direction})` : `${action} ${subject} (${direction})`;
}
