import { LonghaulError } from '../../domain/kernel/errors';
import { parseModelName } from '../../domain/llm/model-name';
import { anthropic } from './anthropic';
import { providerNames, type ProviderNames } from './names';
import { openai } from './openai';
import type { Provider, ProviderFamily, ProviderSettings } from './provider';

export type { CallDeadlines, Provider, ProviderCall, ProviderFailureFacts, ProviderSettings } from './provider';
export { openPriceBook, type PriceBook } from './prices';
export { countInputTokens } from './tokens';

const FAMILIES: readonly ProviderFamily[] = [anthropic, openai];

/** Which provider answers for a model. */
export interface ProviderRegistry extends ProviderNames {
  /** Null when no configured provider has the model. */
  find(model: string): Provider | null;
  /** @throws LonghaulError UnknownModel */
  providerFor(model: string): Provider;
  readonly names: readonly string[];
}

interface Opened extends ProviderFamily {
  own: Provider | null;
  scripted: Provider | null;
}

/** The name decides the wire; through each, `scripted-*` is the model server's, and every other name the provider's own. */
export function createProviders(settings: ProviderSettings): ProviderRegistry {
  const serverUrl = settings.modelServerUrl?.replace(/\/+$/, '').replace(/\/v1$/, '');
  const opened = FAMILIES.map((family) => ({
    ...family,
    own: family.open(settings),
    scripted: serverUrl === undefined ? null : family.atModelServer(serverUrl, settings),
  }));
  const find = (model: string) => {
    const { wire, scripted } = parseModelName(model);
    const family = opened.find((candidate) => candidate.wire === wire);
    return (scripted ? family?.scripted : family?.own) ?? null;
  };
  return {
    ...providerNames(settings),
    names: opened.flatMap(({ own, scripted }) => [scripted, own].flatMap((provider) => provider?.name ?? [])),
    find,
    providerFor(model) {
      const provider = find(model);
      if (!provider) throw new LonghaulError('UnknownModel', { model, known: known(opened) });
      return provider;
    },
  };
}

function known(opened: readonly Opened[]): string {
  const scripted = opened.some((family) => family.scripted);
  return [
    scripted ? 'scripted-* (model server)' : 'scripted-* once LONGHAUL_MODEL_SERVER_URL is set',
    ...opened.map(({ serves, own, keySetting }) =>
      own ? `${serves} (${own.name})` : `${serves} once ${keySetting} is set`,
    ),
  ].join(', ');
}
