import { createSimulation } from '../../src/adapters/postgres/simulations';
import type { RecordedTick } from '../../src/adapters/postgres/ticks';
import type { Pool } from '../../src/adapters/postgres/connection';
import { withTransaction } from '../../src/adapters/postgres/transaction';
import { run, TENANT } from './ledger';

/** Of a hundred ticks, none of them recorded. */
export async function simulation(pool: Pool): Promise<string> {
  const { runId } = await run(pool, { kind: 'simulation' });
  const facts = { world: 'marketplace', worldVersion: 1, seed: 7, ticks: 100, scenario: {}, agents: [], rules: [] };
  const failures = { inARow: 5, then: 'park' as const };
  const definition = { ...facts, runId, tenant: TENANT, failures, change: null, scenarioId: null };
  await withTransaction(pool, (tx) => createSimulation(tx, definition));
  return runId;
}

export function tickRow(tick: number): RecordedTick {
  const summary = { figures: { cashCents: tick }, storyline: `day ${tick}`, mood: 'neutral' as const };
  return { tick, worldVersion: 1, rounds: null, messages: null, ...summary, hash: `hash ${tick}`, events: [] };
}

/** In which somebody is asked, and a neighbour heard. */
export function askingTicks(first: number, last: number): RecordedTick[] {
  return Array.from({ length: last - first + 1 }, (_, index) => {
    const row = tickRow(first + index);
    const answer = { agentId: 'a', decision: { price: row.tick }, source: 'agent' as const, feedback: [] };
    const message = { from: 'south', tick: row.tick - 1, body: 'all is well' };
    return {
      ...row,
      rounds: [[answer]],
      messages: [message],
      events: [{ type: 'day-closed', data: { day: row.tick } }],
    };
  });
}
