import { present } from '../../kernel/assert';
import type { Json } from '../../kernel/canonical-json';
import { messageOf } from '../../kernel/message-of';
import { type Position, positionHash, startingPosition } from '../position';
import { replay } from '../replay';
import { stretchesOf } from '../run/stretches-of';
import type { World } from '../world';
import type { RecordedDefinition, RecordedTick } from './record-line';

export type RecordedWorld = World<Json, Json, Json, Json, Json>;

/** Every version that a record may speak of. */
export interface RecordedWorlds {
  of(name: string, version: number): { world: RecordedWorld } | undefined;
  migrate(name: string, position: Position<Json, Json>, from: number, to: number): Position<Json, Json>;
}

/** Where a record and its computation part. */
export interface Difference {
  tick: number;
  expected: string | null;
  /** Null: the tick could not be computed at all. */
  found: string | null;
  detail: string;
}

/** Computes a recorded run again, tick by tick, and compares every hash. Asks nobody, and needs nothing but the record. */
export class RecordReplay {
  position: Position<Json, Json>;
  /** Of the next tick. */
  world: RecordedWorld;
  hashesCompared = 0;
  private readonly changes: readonly RecordedDefinition[];

  /** @param lineage the run's definition after those of its parents, the oldest first */
  constructor(
    private readonly worlds: RecordedWorlds,
    lineage: readonly RecordedDefinition[],
  ) {
    const root = present(lineage[0], 'RecordReplay: a record begins with a definition');
    this.world = this.worldOf(root);
    this.position = startingPosition(this.world.init(root.scenario, root.seed));
    this.changes = lineage.filter((definition, index) => acts(definition, lineage.slice(index + 1)));
    this.amend();
  }

  /** What plays the tick, and where it begins: another version may have to take over first. */
  enter({ worldVersion }: Pick<RecordedTick, 'worldVersion'>): { world: RecordedWorld; before: Position<Json, Json> } {
    if (worldVersion !== undefined) this.goOnIn(this.world.name, worldVersion);
    return { world: this.world, before: this.position };
  }

  /** @returns the first difference, after which the run is another one and there is nothing more to compare */
  play(line: RecordedTick): Difference | undefined {
    try {
      const { world, before } = this.enter(line);
      this.position = replay(world, before, stretchesOf([line]), () => undefined);
    } catch (error) {
      return { tick: line.tick, expected: line.hash, found: null, detail: messageOf(error) };
    }
    return this.compared(line) ?? this.amend();
  }

  private compared({ tick, hash: expected }: RecordedTick): Difference | undefined {
    if (expected === null) return undefined;
    this.hashesCompared += 1;
    const found = positionHash(this.position);
    if (found === expected) return undefined;
    return { tick, expected, found, detail: 'The state after it is another one than was recorded.' };
  }

  /** A fork's version and change begin between two ticks; the hash of the tick before them is its parent's. */
  private amend(): undefined {
    for (const fork of this.changes) if (fork.forkTick === this.position.tick) this.begin(fork);
  }

  private begin(fork: RecordedDefinition): void {
    this.goOnIn(fork.world, fork.worldVersion);
    const { position: before, world } = this;
    this.position = fork.change === null ? before : { ...before, state: world.amend(before.state, fork.change) };
  }

  private goOnIn(world: string, worldVersion: number): void {
    if (worldVersion === this.world.version) return;
    this.position = this.worlds.migrate(world, this.position, this.world.version, worldVersion);
    this.world = this.worldOf({ world, worldVersion });
  }

  private worldOf({ world, worldVersion }: Pick<RecordedDefinition, 'world' | 'worldVersion'>): RecordedWorld {
    return present(this.worlds.of(world, worldVersion), `RecordReplay: there is no ${world}@${worldVersion}`).world;
  }
}

/** A fork of a fork may begin before its parent did: then it is its grandparent's, and its parent's change is none of its. */
function acts({ forkTick }: RecordedDefinition, later: readonly RecordedDefinition[]): boolean {
  return forkTick !== null && later.every((definition) => forkTick <= definition.forkTick!);
}
