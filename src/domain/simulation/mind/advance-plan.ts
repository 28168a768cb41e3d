import {
  NO_PLAN,
  progressOf,
  realistic,
  type Metrics,
  type Objective,
  type ObjectiveType,
  type Plan,
  type Play,
  type TacticalAction,
} from './plan';

/** What a planner looks at in a tick. */
export interface Situation {
  tick: number;
  /** 0 to 1. */
  health: number;
  metrics: Metrics;
  /** How severe what is going on is, 0 to 1: an event of the market, something that a competitor did. */
  eventSeverity: number;
  competitorSeverity: number;
}

/** How a world goes about each kind of objective, in this situation. */
export type Playbook = (type: ObjectiveType) => Play;

export interface PlanEvent {
  type: 'plan-created' | 'plan-updated';
  objectiveId: string;
  says: string;
}

const SEVERE = 0.7;
const BEHIND = 0.3;
const FINISHED_KEPT = 10;

/** The plan of a tick: objectives that were reached, failed, are behind or have to wait; and a new one where none is left. */
export function advancePlan(
  before: Plan = NO_PLAN,
  situation: Situation,
  playbook: Playbook,
): { plan: Plan; events: PlanEvent[] } {
  const objectives = before.objectives.map((objective) => moved(objective, before, situation));
  const updates = objectives.flatMap((after, index) => changeOf(before.objectives[index]!, after));
  const wanted = wantedTypes(objectives, situation);
  const grown = wanted.reduce<Plan>((plan, type) => withObjective(plan, type, situation, playbook), {
    ...before,
    objectives,
  });
  const created = grown.objectives.slice(objectives.length).map(({ id, type }): PlanEvent => ({
    ...{ type: 'plan-created', objectiveId: id, says: `a new objective: ${type}` },
  }));
  return { plan: bounded(grown), events: [...updates, ...created] };
}

function moved(objective: Objective, { objectives }: Plan, situation: Situation): Objective {
  if (isOver(objective)) return objective;
  const progress = progressOf(objective, situation.metrics);
  if (progress >= 1) return { ...objective, status: 'completed' };
  if (situation.tick >= objective.startTick + objective.timeframeTicks) return { ...objective, status: 'failed' };
  if (typeFor(situation.health) === 'recovery' && !protects(objective)) return { ...objective, status: 'cancelled' };
  const waits = objectives.some((one) => objective.dependencies.includes(one.id) && !isOver(one));
  const held = situation.eventSeverity > SEVERE && !protects(objective);
  const status = waits ? 'draft' : held ? 'on_hold' : 'active';
  return { ...objective, status, priority: progress < BEHIND ? urgent(objective.priority) : objective.priority };
}

/** What goes on whatever happens. */
function protects({ type }: Pick<Objective, 'type'>): boolean {
  return type === 'recovery' || type === 'defensive';
}

function urgent(priority: Objective['priority']): Objective['priority'] {
  return priority === 'critical' ? 'critical' : 'high';
}

/** One for the state of the business, and a defence while a competitor does something severe. */
function wantedTypes(objectives: readonly Objective[], { health, competitorSeverity }: Situation): ObjectiveType[] {
  const open = objectives.filter((objective) => !isOver(objective)).map(({ type }) => type);
  const basic = typeFor(health);
  const defence = competitorSeverity > SEVERE && basic !== 'defensive' && !open.includes('defensive');
  const others = open.filter((type) => type !== 'defensive');
  return [
    ...(others.length === 0 && !open.includes(basic) ? [basic] : []),
    ...(defence ? (['defensive'] as const) : []),
  ];
}

function typeFor(health: number): ObjectiveType {
  if (health < 0.3) return 'recovery';
  if (health < 0.5) return 'defensive';
  if (health > 0.8) return 'growth';
  return health > 0.6 ? 'optimization' : 'exploratory';
}

function withObjective(plan: Plan, type: ObjectiveType, { tick, metrics }: Situation, playbook: Playbook): Plan {
  const { targets, timeframeTicks, priority, steps } = playbook(type);
  const id = `objective-${plan.made + 1}`;
  const dependencies = protects({ type }) ? [] : defencesOf(plan);
  const objective: Objective = {
    ...{ id, type, targets: realistic(targets, metrics), startTick: tick, timeframeTicks, priority, dependencies },
    status: dependencies.length === 0 ? 'active' : 'draft',
  };
  const actions = steps.reduce<TacticalAction[]>((before, step, index) => {
    const prerequisites = index === 0 ? [] : [`${id}/${index}`];
    const fromTick = freeTick([...plan.actions, ...before], step, tick + index);
    return [...before, { id: `${id}/${index + 1}`, objectiveId: id, type: step, fromTick, prerequisites, done: false }];
  }, []);
  return {
    objectives: [...plan.objectives, objective],
    actions: [...plan.actions, ...actions],
    made: plan.made + 1,
  };
}

/** What has to be over before anything new is built. */
function defencesOf({ objectives }: Plan): string[] {
  return objectives.filter((one) => one.type === 'defensive' && !isOver(one)).map(({ id }) => id);
}

/** Two actions of a kind that fall on one tick: the later one waits a tick. */
function freeTick(actions: readonly TacticalAction[], type: string, from: number): number {
  let tick = from;
  while (actions.some((action) => !action.done && action.type === type && action.fromTick === tick)) tick += 1;
  return tick;
}

function changeOf(before: Objective, after: Objective): PlanEvent[] {
  if (before.status === after.status && before.priority === after.priority) return [];
  const says = `${after.type} is ${after.status}, its priority ${after.priority}`;
  return [{ type: 'plan-updated', objectiveId: after.id, says }];
}

/** What is over is kept for a while, without its steps. */
function bounded({ objectives, actions, made }: Plan): Plan {
  const over = objectives.filter(isOver);
  const dropped = new Set(over.slice(0, Math.max(0, over.length - FINISHED_KEPT)).map(({ id }) => id));
  const finished = new Set(over.map(({ id }) => id));
  return {
    objectives: objectives.filter(({ id }) => !dropped.has(id)),
    actions: actions.filter(({ objectiveId }) => !finished.has(objectiveId)),
    made,
  };
}

function isOver({ status }: Objective): boolean {
  return status === 'completed' || status === 'failed' || status === 'cancelled';
}
