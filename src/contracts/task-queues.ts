/** One queue per worker role. A prefix keeps suites and installations on one server apart. */
export const WORKER_ROLES = ['workflows', 'simulations', 'llm', 'io'] as const;
export type WorkerRole = (typeof WORKER_ROLES)[number];

export function taskQueue(role: WorkerRole, prefix = ''): string {
  return `${prefix}${role}`;
}
