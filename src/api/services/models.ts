import { listModels, type ReachableModel } from '../../adapters/llm/list-models';
import type { ApiDeps } from '../deps';

const KEPT_MS = 60_000;
const kept = new WeakMap<ApiDeps['settings'], { until: number; models: Promise<ReachableModel[]> }>();

/** What the providers of this installation say that they have. Asked once a minute at most. */
export function reachableModels({ settings, log }: ApiDeps): Promise<ReachableModel[]> {
  const known = kept.get(settings);
  if (known && known.until > performance.now()) return known.models;
  const models = listModels(settings.llm, (provider, error) =>
    log.warn({ err: error, provider }, 'a provider does not list its models'),
  );
  kept.set(settings, { until: performance.now() + KEPT_MS, models });
  return models;
}
