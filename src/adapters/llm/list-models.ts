import OpenAI from 'openai';
import type { ProviderSettings } from './provider';

/** As OpenAI lists it. */
export interface ReachableModel {
  id: string;
  object: 'model';
  created: number;
  owned_by: string;
}

/** One server that speaks OpenAI's format. */
interface ModelSource {
  name: string;
  baseUrl: string;
  apiKey: string;
}

const TIMEOUT_MS = 5_000;
const MODELS_MAX = 2_000;

/** What the configured servers say that they have, as they name it; one that does not answer is told of and left out. */
export async function listModels(
  settings: ProviderSettings,
  onProblem: (provider: string, error: unknown) => void,
): Promise<ReachableModel[]> {
  const lists = sourcesOf(settings).map((source) =>
    listOf(source).catch((error: unknown) => {
      onProblem(source.name, error);
      return [];
    }),
  );
  return (await Promise.all(lists)).flat();
}

function sourcesOf({ modelServerUrl, openaiBaseUrl, openaiApiKey }: ProviderSettings): ModelSource[] {
  const server = modelServerUrl?.replace(/\/+$/, '').replace(/\/v1$/, '');
  return [
    ...(server === undefined ? [] : [{ name: 'scripted', baseUrl: `${server}/v1`, apiKey: 'none-needed' }]),
    ...(openaiApiKey === undefined ? [] : [{ name: 'openai', baseUrl: openaiBaseUrl, apiKey: openaiApiKey }]),
  ];
}

async function listOf({ baseUrl, apiKey }: ModelSource): Promise<ReachableModel[]> {
  const client = new OpenAI({
    ...{ apiKey, baseURL: baseUrl, organization: null, project: null },
    ...{ maxRetries: 0, timeout: TIMEOUT_MS, logLevel: 'off' },
  });
  const { data } = await client.models.list();
  return data.slice(0, MODELS_MAX).map(({ id, created, owned_by }) => ({
    ...{ id: String(id), object: 'model' as const, created: Number(created) || 0, owned_by: String(owned_by) },
  }));
}
