/** One queue per worker role. A prefix keeps suites and installations on one server apart. */
export const WORKER_ROLES = ['workflows', 'simulations', 'llm', 'io'] as const;
export type WorkerRole = (typeof WORKER_ROLES)[number];

/** `agents`: who thinks for minutes must not hold the slots that recording waits for. */
export type TaskQueue = WorkerRole | 'agents';

/** What a worker of a role polls. */
export function queuesOf(role: WorkerRole): TaskQueue[] {
  return role === 'io' ? ['io', 'agents'] : [role];
}

export function taskQueue(queue: TaskQueue, prefix = ''): string {
  return `${prefix}${queue}`;
}
