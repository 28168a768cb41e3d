import { assert, present } from '../kernel/assert';
import type { Json } from '../kernel/canonical-json';
import type { Position } from '../simulation/position';
import type { ConcludedTick, WorldEntry } from './world-entry';

/** The worlds that a program holds, each in every version with open or replayable runs. */
export class Worlds {
  private readonly entries: ReadonlyMap<string, WorldEntry>;

  constructor(entries: readonly WorldEntry[]) {
    this.entries = new Map(entries.map((entry) => [keyOf(entry.world.name, entry.world.version), entry]));
    assert(this.entries.size === entries.length, 'Worlds: a version is there twice');
  }

  /** Undefined: this program does not hold that version. */
  of(name: string, version: number): WorldEntry | undefined {
    return this.entries.get(keyOf(name, version));
  }

  /** The version that new runs play; undefined when there is no such world. */
  newest(name: string): WorldEntry | undefined {
    return this.versions(name).at(-1);
  }

  /** The oldest first. */
  versions(name: string): WorldEntry[] {
    const versions = [...this.entries.values()].filter(({ world }) => world.name === name);
    return versions.sort((one, other) => one.world.version - other.world.version);
  }

  names(): string[] {
    return [...new Set([...this.entries.values()].map(({ world }) => world.name))].sort();
  }

  /** Whether what was played in one version can go on in the other. */
  leads(name: string, from: number, to: number): boolean {
    if (from === to) return this.of(name, from) !== undefined;
    return from < to && this.of(name, to)?.migrate !== undefined && this.leads(name, from, to - 1);
  }

  /** Why what was played in one version cannot go on in the other; undefined: it can. */
  obstacle(name: string, from: number, to: number): string | undefined {
    if (this.leads(name, from, to)) return undefined;
    const versions = this.versions(name).map(({ world }) => world.version);
    const later = versions.filter((version) => version > from && this.leads(name, from, version));
    const goesOn = `Version ${from} of world ${name} can go on in ${later.join(', ') || 'no other one'}`;
    if (to < from) return `${goesOn}: version ${to} is older.`;
    return `${goesOn}: version ${to} ${this.of(name, to) === undefined ? 'is not here' : 'takes nothing over from it'}.`;
  }

  /** A recorded tick, as a later version of its world reads it. */
  recorded(name: string, tick: ConcludedTick, from: number, to: number): ConcludedTick {
    if (from >= to) return tick;
    const before = this.recorded(name, tick, from, to - 1);
    return this.of(name, to)?.migrate?.recorded?.(before) ?? before;
  }

  /** Where a run stands, as a later version of its world reads it: one version after the other. */
  migrate(name: string, position: Position<Json, Json>, from: number, to: number): Position<Json, Json> {
    if (from === to) return position;
    assert(from < to, `${name}: a position of version ${from} cannot go back to version ${to}`);
    const before = this.migrate(name, position, from, to - 1);
    const entry = present(this.of(name, to), `${name}: version ${to} is not in this program`);
    const { state, decision } = present(entry.migrate, `${name}: version ${to} takes nothing over from ${to - 1}`);
    const last = Object.entries(before.last).map(([agentId, ordered]) => [agentId, decision(ordered)] as const);
    const migrated = { tick: before.tick, state: state(before.state), last: Object.fromEntries(last) };
    entry.world.check(migrated.state);
    return migrated;
  }
}

function keyOf(name: string, version: number): string {
  return `${name}@${version}`;
}
