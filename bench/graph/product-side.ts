import type { Stack } from '../../src/adapters/embedded';
import type { RunStarted } from '../../src/contracts/api.schema';

/** Asks the product as any client does: over REST. */
export class ProductSide {
  constructor(private readonly stack: Stack) {}

  /** Every process of the stack by its name; this one's supervisor is not among them. */
  pids(): Record<string, number> {
    return Object.fromEntries(this.stack.state.processes.map(({ name, pid }) => [name, pid]));
  }

  async define(definition: object): Promise<void> {
    await this.post('/graphs', definition);
  }

  /** @returns the id of the run's workflow; Temporal tells the rest. */
  async start(graph: string): Promise<string> {
    return (await this.post<RunStarted>('/runs', { graph })).workflowId;
  }

  private async post<T>(path: string, body: object): Promise<T> {
    const { api, token } = this.stack.state;
    const response = await fetch(`${api!.url}${path}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(60_000),
    });
    if (!response.ok) throw new Error(`POST ${path}: ${response.status} ${await response.text()}`);
    return (await response.json()) as T;
  }
}
