import { getRunNodes, type RunNode } from '../../adapters/postgres';
import type { AgentOutput, RunResult } from '../../contracts/api.schema';
import { isTerminalRunStatus } from '../../domain/agents/run-state';
import { LonghaulError } from '../../domain/kernel/errors';
import type { ApiDeps } from '../deps';
import { payloadView } from './payload-view';
import { requireAgentRun } from './require-run';

/** Payload reads at once: enough to hide the disk, few enough that one result does not starve other requests. */
const READS_AT_ONCE = 8;

/** What one answer carries of outputs; the agents after that are named with the way to ask for each. */
const OUTPUT_BYTES_MAX = 16 * 1024 * 1024;

/**
 * What every agent brought. A payload that cannot be read is named in its place: the others are still worth having.
 *
 * @throws LonghaulError NotFound, WrongState while the run goes on
 */
export async function runResult(deps: ApiDeps, tenant: string, runId: string, onlyNode?: string): Promise<RunResult> {
  const run = await requireAgentRun(deps.pool, tenant, runId);
  if (!isTerminalRunStatus(run.status)) {
    const params = { what: 'Run', id: runId, state: run.status, action: 'result', expected: 'a run that is over' };
    throw new LonghaulError('WrongState', params);
  }
  const nodes = (await getRunNodes(deps.pool, tenant, runId)).filter(
    ({ name }) => onlyNode === undefined || name === onlyNode,
  );
  if (onlyNode !== undefined && nodes.length === 0)
    throw new LonghaulError('NotFound', { what: 'Agent', id: onlyNode });
  const { name, status, reasonCode, reason, costMicroUsd, completedAt } = run;
  const room = { leftBytes: OUTPUT_BYTES_MAX };
  return {
    ...{
      runId,
      name,
      status,
      reasonCode,
      reason,
      totalCostMicroUsd: costMicroUsd,
      completedAt: completedAt?.toISOString() ?? null,
    },
    outputs: Object.fromEntries(
      await inTurns(nodes, async (node) => [node.name, await outputOf(deps, tenant, node, room)] as const),
    ),
  };
}

async function outputOf(
  deps: ApiDeps,
  tenant: string,
  node: RunNode,
  room: { leftBytes: number },
): Promise<AgentOutput> {
  const { status, reasonCode, reason, outputRef, model, costMicroUsd } = node;
  const head = { status, reasonCode, reason, outputRef, model, costMicroUsd };
  if (outputRef === null) return { ...head, output: null, problem: null };
  if (room.leftBytes <= 0) return { ...head, output: null, problem: leftOut(node.name) };
  try {
    const { header, payload } = await deps.artifacts.get(tenant, outputRef);
    room.leftBytes -= payload.byteLength;
    return { ...head, output: payloadView(header.mime, payload).payload, problem: null };
  } catch (error) {
    if (!LonghaulError.is(error) || error.code === 'ServiceUnavailable') throw error;
    return { ...head, output: null, problem: error.message };
  }
}

function leftOut(node: string): string {
  return `Left out: the outputs before it are more than ${OUTPUT_BYTES_MAX} bytes. Ask with ?node=${node}.`;
}

/** Keeps the order of the items. */
async function inTurns<T, R>(items: readonly T[], work: (item: T) => Promise<R>): Promise<R[]> {
  const results = new Array<R>(items.length);
  const waiting = items.entries();
  const worker = async () => {
    for (const [index, item] of waiting) results[index] = await work(item);
  };
  await Promise.all(Array.from({ length: READS_AT_ONCE }, worker));
  return results;
}
