import { assert } from '../../kernel/assert';
import type { Json } from '../../kernel/canonical-json';

/** A question to somebody outside: the view of a tick, to be answered before the due tick is over. */
export interface ExternalRequest {
  agentId: string;
  /** How many ticks were done when it was asked. */
  tick: number;
  dueTick: number;
  view: Json;
}

export interface CarriedRequests {
  open: ExternalRequest[];
  /** Answers that no tick has used yet. */
  answers: [agentId: string, raw: Json][];
}

/** One open question for each agent at most; its answer is used by the first tick that asks the agent again. */
export class ExternalRequests {
  private readonly open: Map<string, ExternalRequest>;
  private readonly answers: Map<string, Json>;

  constructor(carried?: CarriedRequests) {
    this.open = new Map((carried?.open ?? []).map((request) => [request.agentId, request]));
    this.answers = new Map(carried?.answers);
  }

  /** Asks, or shows today's view to whoever has not answered yet; the due tick stays. */
  ask(agentId: string, tick: number, dueAfterTicks: number, view: Json): ExternalRequest {
    const before = this.open.get(agentId);
    const request = before ? { ...before, view } : { agentId, tick, dueTick: tick + dueAfterTicks, view };
    this.open.set(agentId, request);
    return request;
  }

  /** Asked, and nobody has answered yet. */
  waitsFor(agentId: string): boolean {
    return this.open.has(agentId) && !this.answers.has(agentId);
  }

  answer(agentId: string, raw: Json): void {
    assert(this.waitsFor(agentId), `ExternalRequests: nobody waits for an answer of ${agentId}`);
    this.answers.set(agentId, raw);
  }

  isAnswered(agentId: string): boolean {
    return this.answers.has(agentId);
  }

  /** The answer, which ends the question. */
  take(agentId: string): Json | undefined {
    const answer = this.answers.get(agentId);
    if (answer !== undefined) this.close(agentId);
    return answer;
  }

  close(agentId: string): void {
    this.open.delete(agentId);
    this.answers.delete(agentId);
  }

  list(): ExternalRequest[] {
    return [...this.open.values()].filter(({ agentId }) => this.waitsFor(agentId));
  }

  carry(): CarriedRequests {
    return { open: [...this.open.values()], answers: [...this.answers] };
  }
}
