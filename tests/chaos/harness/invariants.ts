import { costOf } from '../../../src/domain/llm/pricing';
import { priceOfVersion } from '../../../src/domain/llm/price-version';
import type { AcceptedLine } from '../../../src/model-server/book';
import type { AttemptRow, Books, Outcome } from './books';
import type { Work } from './workload';

/** Broken promises, in words; none is what is hoped for. */
export type Violations = string[];

/** I1: every request that the provider accepted is one attempt of the ledger that says it may be billed, and no other is settled. */
export function everyRequestIsKnown({ attempts, accepted }: Books): Violations {
  const keys = accepted.map(({ attemptKey }) => attemptKey ?? '(none)');
  const twice = keys.filter((key, index) => keys.indexOf(key) !== index).map((key) => `${key} was sent twice`);
  const unheld = keys
    .filter((key) => !['settled', 'unknown'].includes(attempts.get(key)?.state ?? ''))
    .map((key) => `${key} was accepted, the ledger has it as ${attempts.get(key)?.state ?? 'nothing'}`);
  const invented = [...attempts.values()]
    .filter(({ key, state }) => state === 'settled' && !keys.includes(key))
    .map(({ key }) => `${key} is settled, nobody accepted it`);
  return [...twice, ...unheld, ...invented];
}

/** I2, of what is settled: to the micro-dollar what the provider's tokens cost. */
export function costsAreExact({ attempts, accepted }: Books): Violations {
  return accepted.flatMap((line) => {
    const attempt = attempts.get(line.attemptKey ?? '');
    if (attempt?.state !== 'settled') return [];
    const billed = billedFor(attempt, line);
    return billed === attempt.actualMicroUsd ? [] : [`${attempt.key} cost ${billed}, booked ${attempt.actualMicroUsd}`];
  });
}

export function billedFor({ priceVersion }: AttemptRow, line: AcceptedLine): number {
  return costOf(priceOfVersion(priceVersion), line);
}

/**
 * I3: the same request of a run is accepted again only when the earlier attempt was lost, and only by a fault that can
 * lose one. Told by what was asked, not by the ledger's own keys.
 */
export function repeatsAreExcused({ attempts, accepted }: Books, faultLosesCalls: boolean): Violations {
  return repeatsOf(accepted).flatMap(([before, line]) => {
    const lost = attempts.get(before.attemptKey ?? '');
    if (lost?.isResult) return [`${line.attemptKey} repeats ${lost.key}, whose answer is stored`];
    return faultLosesCalls ? [] : [`${line.attemptKey} repeats ${before.attemptKey}; no fault lost it`];
  });
}

/** Each repeated request with the one before it. */
export function repeatsOf(accepted: readonly AcceptedLine[]): [AcceptedLine, AcceptedLine][] {
  const last = new Map<string, AcceptedLine>();
  return accepted.flatMap((line) => {
    const asked = `${line.attemptKey?.split('/')[0]} ${line.requestSha256}`;
    const before = last.get(asked);
    last.set(asked, line);
    return before ? [[before, line] satisfies [AcceptedLine, AcceptedLine]] : [];
  });
}

/** I7: what has one outcome has that one: status, state hash, outputs, and what the answers cost without the lost ones. */
export function outcomesAreEqual(
  works: readonly (Work & { runId: string })[],
  { outcomes }: Books,
  expected: ReadonlyMap<string, Outcome>,
): Violations {
  return works.flatMap(({ name, runId, hasOneOutcome }) => {
    const [seen, hoped] = [outcomes.get(runId)!, expected.get(name)!];
    if (hasOneOutcome && seen.status !== hoped.status) return [`${name} ${runId} ended ${seen.status}`];
    if (hasOneOutcome && seen.end?.hash !== hoped.end?.hash)
      return [`${name} ${runId} ended in ${JSON.stringify(seen.end)}, not ${JSON.stringify(hoped.end)}`];
    const agents = Object.keys(hasOneOutcome ? hoped.agents : seen.agents);
    return agents
      .filter((agent) => agent in hoped.agents || hasOneOutcome)
      .filter((agent) => JSON.stringify(seen.agents[agent]) !== JSON.stringify(hoped.agents[agent]))
      .map(
        (agent) =>
          `${name} ${runId}: ${agent} brought ${JSON.stringify(seen.agents[agent])}, not ${JSON.stringify(hoped.agents[agent])}`,
      );
  });
}
