import type { OtherArguments } from './divergence';
import type { Outcome } from './replay-execution';
import { stepText, type Step } from './step';

/** What a replay says to programs. */
export interface ReplayReport {
  outcome: Outcome['outcome'];
  /** Whether the history was written by the very code that replays it. */
  sameCode: boolean | null;
  executions: Outcome[];
}

export function reportOf(executions: Outcome[], sameCode: boolean | null): ReplayReport {
  const worst = executions.find(({ outcome }) => outcome !== 'replayed');
  return { outcome: worst?.outcome ?? 'replayed', sameCode, executions };
}

/** What it says to people: what differs first, then where. */
export function reportText({ executions, sameCode }: ReplayReport): string {
  const code =
    sameCode === false ? ['The history was written by other workflow code than the one that replays it.'] : [];
  return [...code, ...executions.map((execution, at) => executionText(execution, at, executions.length))].join('\n');
}

function executionText(execution: Outcome, at: number, of: number): string {
  const which = of === 1 ? 'The history' : `Execution ${at + 1} of ${of}`;
  switch (execution.outcome) {
    case 'replayed':
      return [
        `${which} replays: ${execution.events} events, no difference.`,
        ...argumentLines(execution.otherArguments),
      ].join('\n');
    case 'failed':
      return `${which} cannot be replayed: ${execution.message}`;
    case 'diverged':
      return divergedText(which, execution);
  }
}

function divergedText(which: string, execution: Extract<Outcome, { outcome: 'diverged' }>): string {
  const { divergence, stack, message, otherArguments } = execution;
  const event = divergence?.expected && ` at event ${divergence.expected.eventId}, ${divergence.expected.type}`;
  const lines = [
    `${which} does not replay: today's code differs${event ?? ''}.`,
    ...(divergence
      ? [
          `  expected  ${textOr(divergence.expected, 'nothing more: the history ends here')}`,
          `  found     ${textOr(divergence.found, 'no command: the workflow asked for nothing here')}`,
        ]
      : []),
    `  Temporal  ${message}`,
    ...(stack === '' ? [] : [divergence?.found ? 'It was asked for at' : 'The workflow waited at', stack]),
    ...argumentLines(otherArguments),
  ];
  return lines.join('\n');
}

function textOr(step: Step | undefined, otherwise: string): string {
  return step === undefined ? otherwise : stepText(step);
}

/** Temporal does not see these; each may be a changed text only, or two steps that changed places. */
function argumentLines(others: readonly OtherArguments[]): string[] {
  if (others.length === 0) return [];
  const lines = others
    .slice(0, 10)
    .map(
      ({ expected, found, path }) =>
        `  event ${expected.eventId}, ${stepText(expected)}: arguments${path} differ; found ${stepText(found)}${found.stack ? `\n${found.stack.split('\n')[0]}` : ''}`,
    );
  const more = others.length > lines.length ? [`  … and ${others.length - lines.length} more`] : [];
  return [
    'Activities with other arguments than recorded (Temporal does not compare them, and hands them the recorded results):',
    ...lines,
    ...more,
  ];
}
