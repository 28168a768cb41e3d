import type { AgentOutput, AgentRow, RunResult, RunView } from '../contracts/api.schema';
import { microToUsd } from '../domain/kernel/money';
import { AgentResult } from './agent';
import type { Workflow } from './workflow';

/** What a run brought, written into a workflow. Agents without a result yet keep none. */
export function fillResults(workflow: Workflow, run: RunView, result?: RunResult): Workflow {
  workflow.runId = run.runId;
  workflow.status = run.status;
  workflow.reason = run.reason;
  workflow.totalCost = microToUsd(run.statistics.totalCostMicroUsd);
  workflow.totalTokens = run.statistics.totalTokens;
  workflow.startedAt = date(run.startedAt);
  workflow.completedAt = date(run.completedAt);
  for (const row of run.agents) {
    const agent = workflow.getAgentByName(row.name);
    if (agent === undefined) continue;
    agent.status = row.status;
    if (row.completedAt !== null) agent.result = resultOf(row, run.runId, result?.outputs[row.name]);
  }
  return workflow;
}

function resultOf(row: AgentRow, runId: string, output: AgentOutput | undefined): AgentResult {
  const startedAt = date(row.startedAt);
  const completedAt = date(row.completedAt);
  const succeeded = row.status === 'completed';
  return new AgentResult({
    ...{ agentId: row.name, status: row.status, startedAt, completedAt },
    output: (output?.output ?? null) as Record<string, unknown> | null,
    error: succeeded ? null : row.reason,
    tokensUsed: row.inputTokens + row.outputTokens,
    cost: microToUsd(row.costMicroUsd),
    executionTime:
      startedAt === null || completedAt === null ? 0 : (completedAt.getTime() - startedAt.getTime()) / 1000,
    // Of n failures n were retried when the last try succeeded, and n - 1 when it did not.
    retryCount: succeeded ? row.modelFailures : Math.max(0, row.modelFailures - 1),
    metadata: { runId, model: row.model, calls: row.calls, reasonCode: row.reasonCode, outputRef: row.outputRef },
  });
}

function date(text: string | null): Date | null {
  return text === null ? null : new Date(text);
}
