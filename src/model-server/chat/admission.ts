import type { IncomingMessage } from 'node:http';
import { applyContentFault } from '../faults/content-faults';
import { phaseOf, requireStrikable } from '../faults/catalogue';
import { readJson } from '../http/read-body';
import { modelById } from '../models';
import type { ScriptedModel } from '../models/scripted-model';
import type { ServerParts } from '../server-parts';
import type { Wire } from '../wire';
import type { Admitted, Arrival } from './arrival';
import { attemptKeyFromHeader, callerOf } from './caller';
import { generate, type Generation } from './generate';
import type { ChatRequest } from './request';

export function arrivalOf(incoming: IncomingMessage, requestId: string): Arrival {
  const attemptKey = attemptKeyFromHeader(incoming.headers);
  return { requestId, arrivedAt: new Date(), attemptKey, model: null, agent: null, fault: null };
}

/**
 * Reads the request and decides: accepted with its answer, `null` when a fault makes it get lost, or an ApiError.
 * The limiter comes last, so that it counts accepted requests only; one that repeats another by its idempotency key is not
 * accepted again. Fills in `arrival` as it learns.
 */
export async function admit(
  incoming: IncomingMessage,
  arrival: Arrival,
  parts: ServerParts,
  wire: Wire,
): Promise<Admitted | null> {
  const request = wire.parse(await readJson(incoming), incoming.headers);
  arrival.model = request.model;
  const model = modelById(request.model);
  Object.assign(arrival, callerOf(request, wire.attemptKey(request, incoming.headers)));
  arrival.fault = parts.faults.choose(request.model, arrival, demandedFault(incoming));
  if (arrival.fault !== null) requireStrikable(arrival.fault.kind, wire.name, request.stream);
  strike(arrival, request.model, wire);
  if (arrival.fault !== null && phaseOf(arrival.fault.kind) === 'lost') return null;
  const idempotencyKey = parts.idempotency.keyOf(incoming.headers);
  const repeats =
    idempotencyKey === null ? null : parts.idempotency.find(idempotencyKey, request.sha256, arrival.arrivedAt);
  const generation = repeats?.generation ?? admitNew(model, request, idempotencyKey, arrival, parts);
  const states = parts.rateLimits.states(request.model);
  const headers = wire.limitHeaders(states, arrival.arrivedAt.getTime());
  return { request, generation, idempotencyKey, repeats, headers };
}

function admitNew(
  model: ScriptedModel,
  request: ChatRequest,
  key: string | null,
  { fault, arrivedAt, requestId }: Arrival,
  parts: ServerParts,
): Generation {
  const generation = applyContentFault(generate(model, request, parts.seed), fault, request.maxTokens);
  parts.rateLimits.admit(request.model, generation, arrivedAt.getTime());
  if (key !== null) parts.idempotency.claim({ key, requestId, arrivedAt, requestSha256: request.sha256, generation });
  return generation;
}

function strike({ fault, arrivedAt }: Arrival, model: string, wire: Wire): void {
  if (fault !== null && phaseOf(fault.kind) === 'reject') throw wire.rejection(fault, model, arrivedAt.getTime());
}

function demandedFault(incoming: IncomingMessage): string | undefined {
  const value = incoming.headers['x-longhaul-fault'];
  return typeof value === 'string' ? value : undefined;
}
