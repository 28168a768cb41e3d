import { ApplicationFailure } from '@temporalio/common';
import type { CallAgentInput } from '../../contracts/agent-run';
import type { BatchInput, LlmBatchActivities } from '../../contracts/llm-batch';
import type { BatchGateway, CallContext, GatewayCall } from '../../gateway';
import type { AgentContextLoader } from '../agent-context';
import { heartbeating } from '../heartbeating';
import { toApplicationFailure } from '../to-application-failure';
import { agentCall, llmContext } from './agent-call';
import { buildRequest } from './build-request';
import type { LlmActivityDeps } from './call-agent';
import { loadConversation } from './conversation';
import { wanted } from './wanted';

export type BatchStepDeps = LlmActivityDeps & { gateway: Pick<BatchGateway, 'batches'> };

/** A defect of ours, or a provider that was unconfigured, may be mended; until then nobody needs to ask often. */
const MENDED_AFTER_MS = 60_000;

/** The steps of a batch. Each is repeated until it is done: reservations and answers hang on it. */
export function createBatchSteps(deps: BatchStepDeps, contexts: AgentContextLoader): LlmBatchActivities {
  const { batches } = deps.gateway;
  const callOf = (subject: unknown) => callOfItem(deps, contexts, subject as CallAgentInput);
  return {
    closeBatch: (batch) => step(async () => ({ items: await batches.close(refOf(batch)) })),
    submitBatch: (batch) => step(async (context) => ({ outcome: await batches.submit(refOf(batch), callOf, context) })),
    lookAtBatch: (batch) => step(async (context) => ({ state: await batches.look(refOf(batch), context) })),
    collectBatch: (batch) =>
      step(async (context) => {
        const collected = await batches.collect(refOf(batch), callOf, context);
        deps.settled();
        return { ...collected };
      }),
  };
}

/** As it was made when it was enqueued: all that it is made of is stored. */
async function callOfItem(
  deps: BatchStepDeps,
  contexts: AgentContextLoader,
  input: CallAgentInput,
): Promise<GatewayCall> {
  const context = llmContext(await contexts.load(input));
  const request = buildRequest(context, await loadConversation(deps, input), deps.tools);
  return agentCall(deps.payloads, input, context, request);
}

async function step<T>(work: (context: CallContext) => Promise<T>): Promise<T> {
  try {
    return await heartbeating((heartbeat) => work({ ...wanted(), heartbeat }));
  } catch (error) {
    throw neverFinal(toApplicationFailure(error));
  }
}

function neverFinal(error: Error): Error {
  if (!(error instanceof ApplicationFailure) || !error.nonRetryable) return error;
  const { message, type } = error;
  return ApplicationFailure.create({
    message,
    type: type ?? 'Error',
    nonRetryable: false,
    nextRetryDelay: MENDED_AFTER_MS,
  });
}

function refOf({ tenant, batchId }: BatchInput) {
  return { tenant, batchId };
}
