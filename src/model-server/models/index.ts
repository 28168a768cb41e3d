import { notFound } from '../http/api-error';
import { scriptedEcho } from './scripted-echo';
import { scriptedErp } from './scripted-erp';
import { scriptedBoutique, scriptedSeller } from './scripted-seller';
import type { ScriptedModel } from './scripted-model';

/** Every model there is. */
export const MODELS: readonly ScriptedModel[] = [scriptedErp, scriptedEcho, scriptedSeller, scriptedBoutique];

/** @throws ApiError 404, as OpenAI answers for a model it does not have. */
export function modelById(id: string): ScriptedModel {
  const model = MODELS.find((candidate) => candidate.id === id);
  if (model !== undefined) return model;
  throw notFound(`The model \`${id}\` does not exist or you do not have access to it.`, 'model_not_found');
}
