import { closeLlmBatch } from '../../adapters/postgres/llm-batches';
import type { Parts } from '../parts';
import { collect } from './collect';
import { look } from './look';
import { submit } from './submit';
import type { BatchSteps } from './types';

export { enqueue } from './enqueue';
export type { BatchCall, BatchGateway, BatchSteps, CallOf, Enqueued, QueuedCall } from './types';

export function batchSteps(parts: Parts): BatchSteps {
  return {
    close: (batch) => closeLlmBatch(parts.deps.pool, batch),
    submit: (batch, callOf, context) => submit(parts, batch, callOf, context),
    look: (batch, context) => look(parts, batch, context),
    collect: (batch, callOf, context) => collect(parts, batch, callOf, context),
  };
}
