export type ObjectiveType = 'growth' | 'optimization' | 'defensive' | 'exploratory' | 'recovery';
export type ObjectiveStatus = 'draft' | 'active' | 'on_hold' | 'completed' | 'failed' | 'cancelled';

/** Figures by name, as the world counts them. */
export type Metrics = Readonly<Record<string, number>>;

/** What is to be reached, and by when. */
export interface Objective {
  id: string;
  type: ObjectiveType;
  targets: Metrics;
  startTick: number;
  timeframeTicks: number;
  priority: 'low' | 'medium' | 'high' | 'critical';
  status: ObjectiveStatus;
  /** Ids of objectives that have to be over first. */
  dependencies: readonly string[];
}

/** A step towards an objective: a kind of action that is wanted from some tick on. */
export interface TacticalAction {
  id: string;
  objectiveId: string;
  type: string;
  fromTick: number;
  /** Ids of actions that have to be done first. */
  prerequisites: readonly string[];
  done: boolean;
}

/** What a planner carries from tick to tick. JSON. */
export interface Plan {
  objectives: readonly Objective[];
  actions: readonly TacticalAction[];
  /** How many objectives there ever were: their numbers. */
  made: number;
}

export const NO_PLAN: Plan = { objectives: [], actions: [], made: 0 };

/** How a world goes about an objective. */
export interface Play {
  targets: Metrics;
  timeframeTicks: number;
  priority: Objective['priority'];
  /** Kinds of actions, each after the one before. */
  steps: readonly string[];
}

/** The average of how far each target is reached, at most 1 each. */
export function progressOf({ targets }: Pick<Objective, 'targets'>, metrics: Metrics): number {
  const parts = Object.entries(targets).map(([name, target]) => reached(metrics[name] ?? 0, target));
  return parts.length === 0 ? 0 : parts.reduce((sum, part) => sum + part, 0) / parts.length;
}

function reached(current: number, target: number): number {
  if (target <= 0) return current >= target ? 1 : 0;
  return Math.min(1, Math.max(0, current / target));
}

/** A target of more than twice what there is becomes one and a half times it; from nothing, half of it. */
export function realistic(targets: Metrics, metrics: Metrics): Metrics {
  const within = (name: string, target: number): number => {
    const current = metrics[name] ?? 0;
    if (current <= 0) return target / 2;
    return target > 2 * current ? 1.5 * current : target;
  };
  return Object.fromEntries(Object.entries(targets).map(([name, target]) => [name, within(name, target)]));
}

/** What is due: of an active objective, from its tick on, after what has to be done before. */
export function readyActions({ objectives, actions }: Plan, tick: number): TacticalAction[] {
  const active = new Set(objectives.flatMap(({ id, status }) => (status === 'active' ? [id] : [])));
  const done = new Set(actions.flatMap(({ id, done: isDone }) => (isDone ? [id] : [])));
  return actions.filter(
    (action) =>
      !action.done &&
      active.has(action.objectiveId) &&
      tick >= action.fromTick &&
      action.prerequisites.every((id) => done.has(id)),
  );
}

/** Marks what is due as done where an action of its kind was taken. */
export function withDone(plan: Plan, tick: number, taken: ReadonlySet<string>): Plan {
  const done = new Set(readyActions(plan, tick).flatMap(({ id, type }) => (taken.has(type) ? [id] : [])));
  return { ...plan, actions: plan.actions.map((action) => (done.has(action.id) ? { ...action, done: true } : action)) };
}
