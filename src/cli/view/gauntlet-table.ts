import type { GauntletResult } from '../../domain/worlds/marketplace/trials/gauntlet';
import { table } from './run-table';

type Met = GauntletResult['exploits'][number];

export function gauntletText({ exploits, resistance: { parts }, summary }: GauntletResult): string {
  const rows = exploits.map((met) => [
    ...[met.day, met.name, met.category, met.difficulty, outcomeOf(met)],
    `$${(met.financialDamageCents / 100).toFixed(2)}`,
  ]);
  const sum = Object.entries(parts).map(([part, points]) => `${part} ${points.toFixed(1)}`);
  return [
    table(['day', 'exploit', 'category', 'difficulty', 'outcome', 'lost'], rows),
    '',
    sum.join(', '),
    summary,
  ].join('\n');
}

function outcomeOf({ fellForExploit, reportedAttack, detectedAttack }: Met): string {
  if (fellForExploit) return 'fell for it';
  if (reportedAttack) return 'reported';
  return detectedAttack ? 'verified' : 'left alone';
}
