import type { ProviderFailureFacts } from '../adapters/llm/provider';
import { forgetBreaker, noteOpenBreaker } from '../adapters/postgres/breakers';
import { afterFailure, type Breaker, BREAKER_POLICY, kindOf, passage, type Passage } from '../domain/llm/breaker';
import type { GatewayDeps } from './deps';
import type { Quote } from './quote';
import type { GatewayCall } from './types';

interface BreakerKey {
  provider: string;
  model: string;
}

export function breakerKey({ provider }: Quote, { request }: GatewayCall): BreakerKey {
  return { provider: provider.name, model: request.model };
}

/**
 * One breaker per credential and model, for the calls of this process: what another process learns of a provider this
 * one learns with a few calls of its own, and a shared one would be one more thing that can be away. An open breaker is
 * one line of the log and one row for people, however many calls it holds up.
 */
export class Breakers {
  readonly #states = new Map<string, Breaker>();

  constructor(
    private readonly deps: Pick<GatewayDeps, 'pool' | 'log' | 'breakerPolicy'>,
    private readonly owner: string,
  ) {}

  /** Asks for passage; of an open breaker this may be the one probe of its interval. */
  ask(key: BreakerKey): Passage {
    const answer = passage(this.#states.get(nameOf(key)), Date.now(), this.#policy);
    if (answer.breaker) this.#states.set(nameOf(key), answer.breaker);
    return answer;
  }

  /** Whether a call would have to wait or fail now; takes no probe. */
  holds(key: BreakerKey): Breaker | null {
    const answer = passage(this.#states.get(nameOf(key)), Date.now(), this.#policy);
    return answer.pass ? null : answer.breaker;
  }

  failed(key: BreakerKey, facts: ProviderFailureFacts): void {
    const kind = kindOf(facts);
    if (kind === null) return;
    const before = this.#states.get(nameOf(key));
    const after = afterFailure(before, kind, facts.detail, Date.now(), this.#policy);
    this.#states.set(nameOf(key), after);
    if (after.openedAtMs === null) return;
    const { failures, detail } = after;
    if ((before?.openedAtMs ?? null) === null) {
      const what = kind === 'refused' ? 'the provider refuses the credential' : 'the provider is down';
      this.deps.log.error({ ...key, kind, failures, detail }, `breaker opened: ${what}; its calls pause`);
    }
    this.#show(noteOpenBreaker(this.deps.pool, { ...key, owner: this.owner, kind, failures, detail }));
  }

  answered(key: BreakerKey): void {
    const before = this.#states.get(nameOf(key));
    this.#states.delete(nameOf(key));
    if ((before?.openedAtMs ?? null) === null) return;
    this.deps.log.info(key, 'breaker closed: the model answers again');
    this.#show(forgetBreaker(this.deps.pool, { ...key, owner: this.owner }));
  }

  get #policy() {
    return this.deps.breakerPolicy ?? BREAKER_POLICY;
  }

  /** What people read is not worth a failed call. */
  #show(written: Promise<void>): void {
    written.catch((error: unknown) => this.deps.log.warn({ err: error }, 'the state of a breaker could not be shown'));
  }
}

function nameOf({ provider, model }: BreakerKey): string {
  return `${provider}\n${model}`;
}
