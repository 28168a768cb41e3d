import type { IncomingHttpHeaders, ServerResponse } from 'node:http';
import type { Accepted } from './chat/arrival';
import type { ChatRequest } from './chat/request';
import type { DeliveryPlan } from './delivery/plan';
import type { SpoiltForms } from './delivery/wire-faults';
import type { Fault } from './faults/spec';
import type { ApiError } from './http/api-error';
import type { LimitState } from './rate-limit';
import type { WireName } from './wire-name';

/** What differs between the formats that providers speak; the life of a request is the same on each. */
export interface Wire {
  name: WireName;
  /** @throws ApiError */
  parse(body: unknown, headers: IncomingHttpHeaders): ChatRequest;
  /** The caller's name for this try, for the book. */
  attemptKey(request: ChatRequest, headers: IncomingHttpHeaders): string | null;
  /** The sound answer, whole or streamed. */
  plan(accepted: Accepted): DeliveryPlan;
  /** The error that a fault of the phase `reject` answers. */
  rejection(fault: Fault, model: string, nowMs: number): ApiError;
  /** Rate limits as this provider publishes them; `nowMs` since 1970. */
  limitHeaders(states: readonly LimitState[], nowMs: number): Record<string, string>;
  sendError(response: ServerResponse, error: ApiError, requestId: string): void;
  spoilt: SpoiltForms;
}
