/** Statuses of the orchestration seed. Whatever is not completed carries a reason code beside it. */
export const AGENT_STATUSES = [
  'pending',
  'running',
  'completed',
  'failed',
  'cancelled',
  'rate_limited',
  'budget_exceeded',
] as const;
export type AgentStatus = (typeof AGENT_STATUSES)[number];

export const RUN_STATUSES = ['pending', 'running', 'completed', 'partially_completed', 'failed', 'cancelled'] as const;
export type RunStatus = (typeof RUN_STATUSES)[number];

export const TERMINAL_RUN_STATUSES: readonly RunStatus[] = ['completed', 'partially_completed', 'failed', 'cancelled'];

export function isTerminalRunStatus(status: RunStatus): boolean {
  return TERMINAL_RUN_STATUSES.includes(status);
}
