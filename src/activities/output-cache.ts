import { LRUCache } from 'lru-cache';

/** Some thousand usual outputs. */
const BYTES_MAX = 32 * 1024 * 1024;

export interface CachedOutput {
  ref: string;
  /** As stored: parsed anew for each reader, so that none sees what another did to it. */
  json: string;
}

/**
 * Outputs of nodes that this process stored or read. A node keeps its first output, so there is nothing to invalidate. In
 * a chain each output was read back from PostgreSQL and disk by the process that had just written it.
 */
export class OutputCache {
  private readonly outputs = new LRUCache<string, CachedOutput>({
    maxSize: BYTES_MAX,
    sizeCalculation: ({ json }) => json.length + 200,
  });

  get(tenant: string, runId: string, node: string): CachedOutput | undefined {
    return this.outputs.get(keyOf(tenant, runId, node));
  }

  set(tenant: string, runId: string, node: string, output: CachedOutput): void {
    this.outputs.set(keyOf(tenant, runId, node), output);
  }
}

function keyOf(tenant: string, runId: string, node: string): string {
  return JSON.stringify([tenant, runId, node]);
}
