/** Failures of each agent in a row; an answer of its own ends the row. */
export class FailureCount {
  private readonly inARow: Map<string, number>;

  constructor(carried: readonly (readonly [agentId: string, failures: number])[] = []) {
    this.inARow = new Map(carried);
  }

  answered(agentId: string): void {
    this.inARow.delete(agentId);
  }

  /** @returns how many it are now */
  failed(agentId: string): number {
    const failures = (this.inARow.get(agentId) ?? 0) + 1;
    this.inARow.set(agentId, failures);
    return failures;
  }

  /** Who failed this often, if anybody; and it begins to count anew, so that a person's resume is a second chance. */
  takeTooMany(limit: number): string | undefined {
    const agentId = [...this.inARow].find(([, failures]) => failures >= limit)?.[0];
    if (agentId !== undefined) this.inARow.delete(agentId);
    return agentId;
  }

  carry(): [agentId: string, failures: number][] {
    return [...this.inARow];
  }
}
