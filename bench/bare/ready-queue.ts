/** Which nodes may start, lowest index first: the least that runs a graph without barriers. Pure, for the sandbox too. */
export class ReadyQueue {
  private readonly ready: number[] = [];
  private readonly missing: number[];
  private readonly dependents: number[][];

  constructor(dependencies: readonly (readonly number[])[]) {
    this.missing = dependencies.map((list) => list.length);
    this.dependents = dependencies.map(() => []);
    dependencies.forEach((list, index) => list.forEach((dependency) => this.dependents[dependency]!.push(index)));
    this.missing.forEach((count, index) => count === 0 && this.ready.push(index));
  }

  take(): number | undefined {
    return this.ready.shift();
  }

  complete(index: number): void {
    for (const dependent of this.dependents[index]!) if (--this.missing[dependent]! === 0) this.insert(dependent);
  }

  private insert(index: number): void {
    const at = this.ready.findIndex((other) => other > index);
    this.ready.splice(at < 0 ? this.ready.length : at, 0, index);
  }
}
