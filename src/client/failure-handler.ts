import { CRITICAL_PRIORITY, FAILED_SHARE_MAX } from '../domain/agents/run-ending';
import type { Agent, AgentResult } from './agent';
import { RetryPolicy } from './retry-policy';

export type OnFailure = (agent: Agent, result: AgentResult) => void | Promise<void>;

export interface FailureStatistics {
  totalFailures: number;
  permanentFailures: number;
}

/** The rules by which the installation retries and gives up, as functions, and the program's own answer to a failure. */
export class FailureHandler {
  private total = 0;
  private permanent = 0;

  constructor(
    readonly defaultPolicy: RetryPolicy = new RetryPolicy(),
    private readonly onFailure?: OnFailure,
  ) {}

  /**
   * Tells the program of a failure, and says whether the agent is worth another try.
   *
   * @throws what the program's callback throws
   */
  async handleFailure(agent: Agent, result: AgentResult, policy = this.defaultPolicy): Promise<boolean> {
    const again = result.isRetriable() && result.retryCount < (agent.maxRetries ?? policy.maxRetries);
    this.total += 1;
    if (!again) this.permanent += 1;
    await this.onFailure?.(agent, result);
    return again;
  }

  /** After a failure: whether the whole workflow fails with it. */
  shouldFailWorkflow(failedAgents: readonly Agent[], totalAgents: number, allowPartial: boolean): boolean {
    if (failedAgents.length === 0) return false;
    if (!allowPartial || failedAgents.some(({ priority }) => priority >= CRITICAL_PRIORITY)) return true;
    return failedAgents.length / totalAgents > FAILED_SHARE_MAX;
  }

  getStatistics(): FailureStatistics {
    return { totalFailures: this.total, permanentFailures: this.permanent };
  }
}
