import { assert } from './assert';

/** Ids of design "Data model": domain keys, never Temporal's run ids, decide what was already done. */

/** `{originRunId}/{nodePath}/{callIndex}`: one logical model call. Decided by the workflow only. */
export function callKeyOf(originRunId: string, nodePath: string, callIndex: number): string {
  assert(Number.isSafeInteger(callIndex) && callIndex >= 0, `callKeyOf: callIndex must be >= 0, got ${callIndex}`);
  return `${originRunId}/${nodePath}/${callIndex}`;
}

/** `{callKey}#{n}`: one try at a provider; travels there, so that the provider's own log can name it. */
export function attemptKeyOf(callKey: string, n: number): string {
  return `${callKey}#${n}`;
}

export function callKeyOfAttempt(attemptKey: string): string {
  return attemptKey.replace(/#\d+$/, '');
}

export const budgetId = {
  tenant: (tenant: string) => `tenant:${tenant}`,
  /** Under its tenant, so that two tenants may name one alike. An id has no slash, a tenant may. */
  experiment: (tenant: string, id: string) => `experiment:${tenant}/${id}`,
  /** What one API key may spend, in all. */
  key: (tenant: string, keyId: string) => `key:${tenant}/${keyId}`,
  /** A bound of a single call outside a run. */
  call: (callKey: string) => `call:${callKey}`,
  run: (runId: string) => `run:${runId}`,
  agent: (runId: string, name: string) => `agent:${runId}/${name}`,
} as const;

/**
 * UUIDv7 (RFC 9562 §5.7) from a Unix time in ms and 10 random bytes. Time-ordered, so rows of one run lie together.
 * Clock and chance come in as arguments because this folder has neither.
 */
export function uuidV7(unixMs: number, random: Uint8Array): string {
  assert(Number.isSafeInteger(unixMs) && unixMs >= 0, `uuidV7: unixMs must be a non-negative integer, got ${unixMs}`);
  assert(random.length === 10, `uuidV7: expected 10 random bytes, got ${random.length}`);
  const time = unixMs.toString(16).padStart(12, '0');
  const bytes = Uint8Array.from(random);
  bytes[0] = 0x70 | (bytes[0]! & 0x0f); // version 7 in the high nibble of byte 6
  bytes[2] = 0x80 | (bytes[2]! & 0x3f); // RFC variant in the two high bits of byte 8
  const tail = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
  return `${time.slice(0, 8)}-${time.slice(8)}-${tail.slice(0, 4)}-${tail.slice(4, 8)}-${tail.slice(8)}`;
}
