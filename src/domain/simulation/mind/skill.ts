/** What a skill would do. Plain data: names of actions and domains are the world's. */
export interface SkillAction {
  skill: string;
  domain: string;
  type: string;
  /** Whom it concerns; left out: everything. */
  subject?: string;
  /** Numbers that several skills can agree on: whole cents, whole units. */
  parameters: Readonly<Record<string, number>>;
  /** What cannot be averaged: a supplier, a level. */
  choices: Readonly<Record<string, string>>;
  /** 0 to 1. */
  confidence: number;
  /** 0 to 1. */
  priority: number;
  budgetCents: number;
  tokens: number;
  /** What it is expected to bring, 0 to 1. */
  expected: number;
  reasoning: string;
}

/** One thing that an agent is good at, as pure functions of what it sees. */
export interface Skill<V> {
  name: string;
  domain: string;
  /** How much it matters to this agent; 1 is like any other. */
  weight: number;
  /** How much work it can have before it is left out. */
  loadMax: number;
  /** How much the situation calls for it: 0 (not at all) to 1. */
  urgency(view: V): number;
  propose(view: V): SkillAction[];
}

/** A total order, so that the order of skills and proposals never decides. */
export function byName(a: SkillAction, b: SkillAction): number {
  const [one, other] = [nameOf(a), nameOf(b)];
  return one < other ? -1 : one > other ? 1 : 0;
}

function nameOf({ type, subject = '', skill }: SkillAction): string {
  return `${type} ${subject} ${skill}`;
}
