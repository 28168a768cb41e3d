/** What becomes of a question or an approval; `cancelled` with its run, without anybody's decision. */
export const HUMAN_TASK_STATES = ['open', 'answered', 'approved', 'rejected', 'expired', 'cancelled'] as const;
export type HumanTaskState = (typeof HUMAN_TASK_STATES)[number];

export const HUMAN_TASK_KINDS = ['question', 'approval'] as const;
export type HumanTaskKind = (typeof HUMAN_TASK_KINDS)[number];

/** What a person may say, and the state that it makes. */
export const DECISIONS = { approve: 'approved', reject: 'rejected', answer: 'answered' } as const;
export type Decision = keyof typeof DECISIONS;

/** A question is answered, an approval approved or rejected. */
export function decisionsFor(kind: HumanTaskKind): readonly Decision[] {
  return kind === 'question' ? ['answer'] : ['approve', 'reject'];
}
