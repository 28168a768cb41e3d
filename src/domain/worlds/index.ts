import { MARKETPLACE } from './marketplace/entry';
import { Worlds } from './registry';
import type { WorldEntry } from './world-entry';

export type { AnyWorld, ConcludedTick, WorldEntry } from './world-entry';

/** What this program holds. */
export const WORLDS = new Worlds([MARKETPLACE]);

/** Undefined: this program does not hold that version. */
export function worldOf(name: string, version: number): WorldEntry | undefined {
  return WORLDS.of(name, version);
}

/** The version that new runs play; undefined when there is no such world. */
export function newestWorld(name: string): WorldEntry | undefined {
  return WORLDS.newest(name);
}

export function worldNames(): string[] {
  return WORLDS.names();
}
