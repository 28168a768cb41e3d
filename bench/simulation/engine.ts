import { present } from '../../src/domain/kernel/assert';
import type { Json } from '../../src/domain/kernel/canonical-json';
import { fastForward } from '../../src/domain/simulation/fast-forward';
import { play } from '../../src/domain/simulation/play';
import { type Position, positionHash, startingPosition } from '../../src/domain/simulation/position';
import { beginTick } from '../../src/domain/simulation/tick';
import { newestWorld, type WorldEntry } from '../../src/domain/worlds';
import { MARKET_BOTS } from '../../src/domain/worlds/marketplace/bots';
import { BOT } from './market';

/** What a run is played with, before its first tick. */
export interface Start {
  scenario: Json;
  seed: number;
}

export interface Played {
  ms: number;
  hash: string;
}

/** Of a script that remembers nothing. */
const decide = present(MARKET_BOTS[BOT], `No bot ${BOT}`) as unknown as (view: Json) => Json;

/** The run of `forwardedMarket` in this process and nothing else: no workflow, no record. */
export function playForwarded({ scenario, seed }: Start, ticks: number): Played {
  const { world } = marketplace();
  const begunMs = performance.now();
  const start: Position<Json, Json> = startingPosition(world.init(scenario, seed));
  const answer = { source: 'agent' as const, feedback: [] };
  const first = play(world, start, ({ agentId, view }) => ({ agentId, decision: decide(view), ...answer })).position;
  const { position } = fastForward(world, first, { untilTick: ticks, wake: [] }, ticks);
  return { ms: performance.now() - begunMs, hash: positionHash(position) };
}

/** What the first agent sees on the first day. */
export function firstView({ scenario, seed }: Start): Json {
  const { world } = marketplace();
  return present(beginTick(world, world.init(scenario, seed)).ask[0], 'Nobody is asked on the first day').view;
}

export function marketplace(): WorldEntry {
  return present(newestWorld('marketplace'), 'No world marketplace');
}
