import type { SimulationResult } from '../../contracts/api.schema';
import type { MarketMeasured } from '../../domain/worlds/marketplace/metrics/measured';
import { table } from './run-table';

/** What a finished run is worth: domains, frauds, events, verdicts. What a world does not measure is left out. */
export function resultText({ violations, verdicts, measured }: SimulationResult): string {
  const { metrics, resistance, resilience } = (measured ?? {}) as Partial<MarketMeasured>;
  return [
    ...(metrics ? [domainsTable(metrics), `score ${metrics.score.toFixed(1)} of 100`] : []),
    ...(resistance ?? []).map(
      ({ agentId, score, band, exploits }) =>
        `${agentId}: resistance ${score.toFixed(1)} (${band}), ${exploits.filter(({ fellForExploit }) => fellForExploit).length} of ${exploits.length} frauds succeeded`,
    ),
    ...(resilience === undefined
      ? []
      : [
          `resilience ${resilience.score.toFixed(1)} of 100, ${resilience.eventsSurvived} of ${resilience.totalEvents} events survived`,
        ]),
    ...verdictLines(verdicts),
    violations.length === 0
      ? 'The books balance.'
      : `The books do not balance: ${violations.length} violations; see --json.`,
  ].join('\n');
}

function domainsTable({ breakdown }: MarketMeasured['metrics']): string {
  return table(
    ['domain', 'score'],
    Object.entries(breakdown).map(([domain, { overallScore }]) => [domain, overallScore.toFixed(1)]),
  );
}

function verdictLines(verdicts: SimulationResult['verdicts']): string[] {
  const judged = (verdicts ?? []) as { seller?: string; verdict: { passed: boolean } }[];
  return judged.map(
    ({ seller, verdict }) =>
      `${seller === undefined ? 'scenario' : seller}: ${verdict.passed ? 'passed' : 'not passed'}`,
  );
}
