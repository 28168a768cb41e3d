import type { Batches } from '../../adapters/llm/provider';
import type { LlmBatch } from '../../adapters/postgres/llm-batches';
import { LonghaulError } from '../../domain/kernel/errors';
import type { Parts } from '../parts';

/** @throws LonghaulError UnknownModel, or DeliveryUnsupported: the provider was there when the batch was filled */
export function batchesOf({ deps }: Parts, { provider: name, model }: LlmBatch): Batches {
  const provider = deps.providers.providerFor(model);
  if (provider.name === name && provider.batches) return provider.batches;
  throw new LonghaulError('DeliveryUnsupported', { provider: provider.name, delivery: 'batch', model });
}
