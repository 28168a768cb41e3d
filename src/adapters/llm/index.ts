import { LonghaulError } from '../../domain/kernel/errors';
import { OpenAiProvider } from './openai';
import type { Provider } from './provider';

export type { CallDeadlines, Provider, ProviderCall, ProviderFailureFacts } from './provider';
export { openPriceBook, type PriceBook } from './prices';
export { countInputTokens } from './tokens';

const SCRIPTED = /^scripted-/;
const OPENAI_HOST = 'api.openai.com';

export interface ProviderSettings {
  modelServerUrl?: string;
  openaiBaseUrl: string;
  openaiApiKey?: string;
}

/** Which provider answers for a model. */
export interface ProviderRegistry {
  /** Null when no configured provider has the model. */
  find(model: string): Provider | null;
  /** @throws LonghaulError UnknownModel */
  providerFor(model: string): Provider;
  readonly names: readonly string[];
}

/** `scripted-*` belongs to the scripted model server, everything else to OpenAI or the compatible server in its place. */
export function createProviders(settings: ProviderSettings): ProviderRegistry {
  const scripted = settings.modelServerUrl === undefined ? null : scriptedProvider(settings.modelServerUrl);
  const openai =
    settings.openaiApiKey === undefined ? null : openaiProvider(settings.openaiBaseUrl, settings.openaiApiKey);
  const find = (model: string) => (SCRIPTED.test(model) ? scripted : openai);
  return {
    names: [scripted, openai].flatMap((provider) => (provider ? [provider.name] : [])),
    find,
    providerFor(model) {
      const provider = find(model);
      if (!provider) throw new LonghaulError('UnknownModel', { model, known: known(scripted, openai) });
      return provider;
    },
  };
}

function scriptedProvider(url: string): Provider {
  return new OpenAiProvider({
    name: 'scripted',
    baseUrl: `${url.replace(/\/+$/, '').replace(/\/v1$/, '')}/v1`,
    apiKey: 'none-needed',
    dialect: { maxTokensField: 'max_completion_tokens', sendsMetadata: true },
  });
}

function openaiProvider(baseUrl: string, apiKey: string): Provider {
  const isOpenAi = new URL(baseUrl).hostname === OPENAI_HOST;
  return new OpenAiProvider({
    name: isOpenAi ? 'openai' : `openai-compatible:${new URL(baseUrl).host}`,
    baseUrl,
    apiKey,
    dialect: { maxTokensField: isOpenAi ? 'max_completion_tokens' : 'max_tokens', sendsMetadata: false },
  });
}

function known(scripted: Provider | null, openai: Provider | null): string {
  return [
    scripted ? 'scripted-* (model server)' : 'scripted-* once LONGHAUL_MODEL_SERVER_URL is set',
    openai ? `every other name (${openai.name})` : 'every other name once OPENAI_API_KEY is set',
  ].join(', ');
}
