import { present } from '../kernel/assert';

/** Whose calls go first. */
export const PRIORITY_CLASSES = ['interactive', 'simulation', 'evaluation'] as const;
export type PriorityClass = (typeof PRIORITY_CLASSES)[number];

/** Who waits, and for whom. */
export interface Flow {
  priority: PriorityClass;
  tenant: string;
  run: string;
  /** Of its tenant, against other tenants; 1 by default. */
  weight?: number;
}

/** While several classes wait, every so many turns the last one is served, so that no class starves. */
const LOW_CLASS_EVERY = 8;

/**
 * Who is served next: by class, within a class the tenant that was served least for its weight, within a tenant the run
 * that was served least, within a run in order of arrival. Who comes anew begins level with the others: waiting for
 * nothing earns no credit.
 */
export class FairQueue<T extends Flow> {
  readonly #waiting = new Set<T>();
  #served = new Map<string, number>();
  #turn = 0;

  /** Flows that a count is kept of. Bounded by who waits, however many have come and gone. */
  get counted(): number {
    return this.#served.size;
  }

  get size(): number {
    return this.#waiting.size;
  }

  has(item: T): boolean {
    return this.#waiting.has(item);
  }

  add(item: T): void {
    for (const [flow, rivals] of [
      [tenantOf(item), [...this.#waiting].map(tenantOf)],
      [runOf(item), [...this.#waiting].filter((other) => tenantOf(other) === tenantOf(item)).map(runOf)],
    ] as const) {
      if (rivals.includes(flow)) continue;
      const level = Math.min(...rivals.map((rival) => this.#served.get(rival) ?? 0));
      if (rivals.length > 0) this.#served.set(flow, Math.max(this.#served.get(flow) ?? 0, level));
    }
    this.#waiting.add(item);
  }

  /** It was served: its tenant and its run have had their turn. */
  serve(item: T): void {
    this.#turn = countTurn(item, this.#waiting, this.#served, this.#turn);
    this.remove(item);
  }

  /** It left without having been served. */
  remove(item: T): void {
    this.#waiting.delete(item);
    this.#served = worthKeeping(this.#served, this.#waiting);
  }

  /** The next `count` in order, as they would be served one after the other. Nothing changes. */
  next(count: number): T[] {
    const waiting = new Set(this.#waiting);
    const served = new Map(this.#served);
    const chosen: T[] = [];
    for (let turn = this.#turn; chosen.length < count && waiting.size > 0;) {
      const item = first(waiting, served, turn);
      turn = countTurn(item, waiting, served, turn);
      waiting.delete(item);
      chosen.push(item);
    }
    return chosen;
  }
}

function first<T extends Flow>(waiting: ReadonlySet<T>, served: ReadonlyMap<string, number>, turn: number): T {
  const classes = waitingClasses(waiting);
  const chosen = (turn + 1) % LOW_CLASS_EVERY === 0 ? classes.at(-1) : classes[0];
  let best: T | undefined;
  let bestTenant = 0;
  let bestRun = 0;
  for (const item of waiting) {
    if (item.priority !== chosen) continue;
    const tenant = served.get(tenantOf(item)) ?? 0;
    const run = served.get(runOf(item)) ?? 0;
    if (best && tenant > bestTenant) continue;
    // Counts of runs say nothing between tenants: a newcomer's would always be the smallest, and keep the others waiting.
    if (best && tenant === bestTenant && (tenantOf(item) !== tenantOf(best) || run >= bestRun)) continue;
    [best, bestTenant, bestRun] = [item, tenant, run];
  }
  return present(best, 'fair queue: nobody waits');
}

/** Turns are counted while there is a choice between classes. */
function countTurn<T extends Flow>(
  item: T,
  waiting: ReadonlySet<T>,
  served: Map<string, number>,
  turn: number,
): number {
  served.set(tenantOf(item), (served.get(tenantOf(item)) ?? 0) + 1 / (item.weight ?? 1));
  served.set(runOf(item), (served.get(runOf(item)) ?? 0) + 1);
  return waitingClasses(waiting).length > 1 ? turn + 1 : turn;
}

function waitingClasses<T extends Flow>(waiting: ReadonlySet<T>): PriorityClass[] {
  const present = new Set<PriorityClass>();
  for (const { priority } of waiting) present.add(priority);
  return PRIORITY_CLASSES.filter((priority) => present.has(priority));
}

/**
 * Without the counts of those who left at the level, or below it, at which they would begin anew. All of a tenant's runs
 * begin anew when none of them waits.
 */
function worthKeeping(served: ReadonlyMap<string, number>, waiting: ReadonlySet<Flow>): Map<string, number> {
  const flows = new Set<string>();
  const levels = new Map<string, number>();
  for (const item of waiting) {
    const [tenant, run] = [tenantOf(item), runOf(item)];
    flows.add(tenant).add(run);
    levels.set('', Math.min(levels.get('') ?? Infinity, served.get(tenant) ?? 0));
    levels.set(tenant, Math.min(levels.get(tenant) ?? Infinity, served.get(run) ?? 0));
  }
  return new Map(
    [...served].filter(([flow, count]) => flows.has(flow) || count > (levels.get(rivalsOf(flow)) ?? Infinity)),
  );
}

/** Tenants are each other's rivals, runs those of one tenant. */
function rivalsOf(flow: string): string {
  const [priority, tenant, run] = flow.split('\n');
  return run === undefined ? '' : `${priority}\n${tenant}`;
}

function tenantOf({ priority, tenant }: Flow): string {
  return `${priority}\n${tenant}`;
}

function runOf({ priority, tenant, run }: Flow): string {
  return `${priority}\n${tenant}\n${run}`;
}
