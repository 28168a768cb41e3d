import type { StackState } from '../../adapters/embedded';
import { LonghaulError } from '../../domain/kernel/errors';

const DEADLINE_MS = 5_000;

interface State {
  inFlight: number;
  latency: string;
  faults: { spec: string }[];
}

/** The steering wheel of a stack's model server. Every call throws LonghaulError ServiceUnavailable when it does not answer. */
export class ModelServerControl {
  private constructor(private readonly origin: string) {}

  /** @returns undefined for a stack without one */
  static of({ services }: StackState): ModelServerControl | undefined {
    return services.modelServer && new ModelServerControl(new URL(services.modelServer.url).origin);
  }

  state(): Promise<State> {
    return this.ask('/control/state');
  }

  async set({ latency, faults }: { latency: string; faults: readonly string[] }): Promise<void> {
    await this.ask('/control/latency', { latency });
    await this.ask('/control/faults', { faults });
  }

  private async ask(path: string, document?: object): Promise<State> {
    const request = document && {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(document),
    };
    try {
      const response = await fetch(`${this.origin}${path}`, { ...request, signal: AbortSignal.timeout(DEADLINE_MS) });
      if (!response.ok) throw unavailable(`${response.status} ${await response.text()}`);
      return (await response.json()) as State;
    } catch (error) {
      throw LonghaulError.is(error) ? error : unavailable((error as Error).message);
    }
  }
}

function unavailable(detail: string): LonghaulError {
  return new LonghaulError('ServiceUnavailable', { service: 'The model server', detail });
}
