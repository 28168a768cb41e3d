import type { Stack } from '../../src/adapters/embedded';
import type { RunStarted, RunView } from '../../src/contracts/api.schema';

/** Asks the product as any client does: over REST. */
export class ProductSide {
  constructor(private readonly stack: Stack) {}

  /** Every process of the stack by its name; this one's supervisor is not among them. */
  pids(): Record<string, number> {
    return Object.fromEntries(this.stack.state.processes.map(({ name, pid }) => [name, pid]));
  }

  async define(definition: object): Promise<void> {
    await this.ask('POST', '/graphs', definition);
  }

  async start(graph: string): Promise<RunStarted> {
    return this.ask<RunStarted>('POST', '/runs', { graph });
  }

  async run(runId: string): Promise<RunView> {
    return this.ask<RunView>('GET', `/runs/${runId}`);
  }

  private async ask<T>(method: string, path: string, body?: object): Promise<T> {
    const { api, token } = this.stack.state;
    const response = await fetch(`${api!.url}${path}`, {
      method,
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      ...(body ? { body: JSON.stringify(body) } : {}),
      signal: AbortSignal.timeout(60_000),
    });
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
    return (await response.json()) as T;
  }
}
