import type { Json } from '../../kernel/canonical-json';

/** What a simulation plays, as the book and its record have it; it never changes for a run. */
export interface SimulationFacts {
  runId: string;
  world: string;
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
