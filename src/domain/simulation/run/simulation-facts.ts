import type { Json } from '../../kernel/canonical-json';

/** What a simulation plays, as the book and its record have it; what else was agreed on later is in the run's events. */
export interface SimulationFacts {
  runId: string;
  world: string;
  /** That it begins with. */
  worldVersion: number;
  seed: number;
  scenario: Json;
  ticks: number;
  agents: Json[];
  rules: Json[];
  failures: Json;
  /** Of a fork: what is different from its fork tick on. */
  change: Json | null;
}
