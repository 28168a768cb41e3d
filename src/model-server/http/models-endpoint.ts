import type { IncomingMessage, ServerResponse } from 'node:http';
import { MODELS, modelById } from '../models';
import type { ScriptedModel } from '../models/scripted-model';
import { sendJson } from './respond';

/** The scripts have no release dates; a constant keeps the list the same everywhere. */
const CREATED_SECONDS = 1_767_225_600;

export function listModels(incoming: IncomingMessage, response: ServerResponse): void {
  sendJson(response, 200, isAnthropic(incoming) ? messagesList() : { object: 'list', data: MODELS.map(wireModel) });
}

/** @throws ApiError 404 */
export function getModel(incoming: IncomingMessage, response: ServerResponse, id: string): void {
  const model = modelById(id);
  sendJson(response, 200, isAnthropic(incoming) ? messagesModel(model) : wireModel(model));
}

/** Both providers list their models under the same path; only Anthropic's clients send a version. */
function isAnthropic({ headers }: IncomingMessage): boolean {
  return headers['anthropic-version'] !== undefined;
}

function wireModel({ id, description }: ScriptedModel): object {
  return { id, object: 'model', created: CREATED_SECONDS, owned_by: 'longhaul', description };
}

function messagesList(): object {
  return { data: MODELS.map(messagesModel), has_more: false, first_id: MODELS[0]!.id, last_id: MODELS.at(-1)!.id };
}

function messagesModel({ id, description }: ScriptedModel): object {
  return { type: 'model', id, display_name: description, created_at: new Date(CREATED_SECONDS * 1000).toISOString() };
}
