import { playMarket } from '../../src/domain/worlds/marketplace/trials/play-market';
import { type Play, playsOf } from './markets';

/** What became of one seed: how many ticks were played, and which of its markets broke a promise. */
export interface SweptSeed {
  seed: number;
  ticks: number;
  broken: string[];
}

export function playSeed(seed: number, ticks: number, plays: readonly Play[] = playsOf(seed, ticks)): SweptSeed {
  const broken = plays.flatMap((play) => problemOf(play, seed));
  return { seed, ticks: plays.length * ticks, broken };
}

function problemOf({ market, mindName, mind, scenario }: Play, seed: number): string[] {
  try {
    playMarket(scenario, seed, mind);
    return [];
  } catch (error) {
    return [`seed ${seed}, ${market}, ${mindName}: ${(error as Error).message}`];
  }
}
