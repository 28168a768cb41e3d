import { z } from 'zod';
import { FIELD_LIMITS } from '../agent-graph.schema';

/** Bounds and fields that the bodies of simulations share. */
export const SIMULATION_LIMITS = {
  agentsMax: 100,
  ticksMax: 1_000_000,
  advanceMax: 100_000,
  rulesMax: 50,
  hintCharsMax: 2_000,
  instructionCharsMax: 16 * 1024,
  failuresDefault: 5,
  failuresMax: 1_000,
  waitSecondsMax: 30 * 86_400,
  dueTicksMax: 10_000,
  outsideSecondsMax: 3_600,
  outsideRetriesMax: 10,
  ticksPageMax: 1_000,
  budgetToolsMax: 50,
} as const;

export const tickNumber = z.int().min(1).max(SIMULATION_LIMITS.ticksMax);
export const eventName = z.string().regex(/^[a-zA-Z][\w-]{0,63}$/);
export const agentId = z
  .string()
  .regex(/^[a-zA-Z][\w.-]{0,63}$/, 'Expected a letter, then up to 63 letters, digits, dots, dashes or underscores.');
/** What only the world reads; depth and size are bounded for every body. */
export const json = z.unknown();
export const usd = (about: string) =>
  z.number().min(FIELD_LIMITS.usdMin).max(FIELD_LIMITS.usdMax).meta({ description: about });
export const seconds = z.number().positive();
