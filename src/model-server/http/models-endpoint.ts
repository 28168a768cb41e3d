import type { ServerResponse } from 'node:http';
import { MODELS, modelById } from '../models';
import type { ScriptedModel } from '../models/scripted-model';
import { sendJson } from './respond';

/** The scripts have no release dates; a constant keeps the list the same everywhere. */
const CREATED_SECONDS = 1_767_225_600;

export function listModels(response: ServerResponse): void {
  sendJson(response, 200, { object: 'list', data: MODELS.map(wireModel) });
}

/** @throws ApiError 404 */
export function getModel(response: ServerResponse, id: string): void {
  sendJson(response, 200, wireModel(modelById(id)));
}

function wireModel({ id, description }: ScriptedModel): object {
  return { id, object: 'model', created: CREATED_SECONDS, owned_by: 'longhaul', description };
}
