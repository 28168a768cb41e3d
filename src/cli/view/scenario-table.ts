import type { Curriculum } from '../../domain/scenarios/curriculum';
import type { Judged } from '../../domain/scenarios/judge';
import type { CriterionResult } from '../../domain/scenarios/success';
import { table } from './run-table';

/** Every criterion of every seller, and what it comes to. */
export function verdictText(judged: readonly Judged[]): string {
  const rows = judged.flatMap(({ seller = 'all', verdict: { criteria } }) =>
    criteria.map((result) => [seller, result.name, plain(result.target), plain(result.value), outcome(result)]),
  );
  const lines = judged.map(({ seller, verdict: { passed, composite } }) => {
    const who = seller === undefined ? '' : `${seller}: `;
    return `${who}${passed ? 'PASS' : 'FAIL'}, composite ${composite.toFixed(2)}`;
  });
  return [table(['seller', 'criterion', 'target', 'value', ''], rows), '', ...lines].join('\n');
}

export function curriculumText({ rows, problems }: Curriculum): string {
  const cells = rows.map(({ tier, runs, successRate, meanProfitUsd, meanDays }) => [
    ...[tier, runs, `${Math.round(successRate * 100)} %`, `$${meanProfitUsd.toFixed(2)}`, meanDays.toFixed(0)],
  ]);
  const found =
    problems.length === 0 ? ['No tier is easier than the one below.'] : problems.map(({ message }) => message);
  return [table(['tier', 'runs', 'success', 'mean profit', 'mean days'], cells), '', ...found].join('\n');
}

function plain(value: number | boolean): string {
  return typeof value === 'number' ? String(Math.round(value * 1_000) / 1_000) : value ? 'yes' : 'no';
}

function outcome({ passed }: CriterionResult): string {
  return passed ? 'holds' : 'missed';
}
