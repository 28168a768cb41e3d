/**
 * The one error table. A code is the Temporal failure `type`, the `code` in problem+json and the word that the CLI
 * prints, because once an error has crossed Temporal only that string survives.
 *
 * `retryable`: whether repeating the same step may succeed. `{placeholders}` are filled by `longhaulError`.
 * Messages say where, what came, what was expected, what to do.
 */
export const ERRORS = {
  // ── input ────────────────────────────────────────────────────────────────
  InvalidRequest: { status: 422, retryable: false, message: '{where}: {count} problem(s) found; see `problems`.' },
  InvalidGraph: { status: 422, retryable: false, message: 'Agent graph "{name}": {count} problem(s) found; nothing was stored. See `problems`.' },
  InvalidScenario: { status: 422, retryable: false, message: 'Scenario "{name}": {count} problem(s) found; see `problems`.' },
  MalformedBody: { status: 400, retryable: false, message: 'The request body is not valid {format}: {detail}' },
  BodyTooLarge: { status: 413, retryable: false, message: 'The request body is larger than {limitBytes} bytes. Send a smaller one.' },
  UnsupportedMediaType: { status: 415, retryable: false, message: 'Content type "{contentType}" is not supported here; send {expected}.' },
  Unauthorized: { status: 401, retryable: false, message: 'No valid bearer token came with the request. Send `Authorization: Bearer <token>`; `longhaul up` prints one.' },
  NotFound: { status: 404, retryable: false, message: '{what} "{id}" does not exist.' },
  MethodNotAllowed: { status: 405, retryable: false, message: '{path} has no {method}; it has {allowed}.' },
  WrongState: { status: 409, retryable: false, message: '{what} "{id}" is {state}; {action} needs {expected}.' },
  HistoryUnavailable: { status: 410, retryable: false, message: 'The history of workflow "{workflowId}" is not to be had: {detail}.' },
  IdempotencyKeyReused: { status: 422, retryable: false, message: 'Idempotency-Key "{key}" was used before with another body. Use a new key for a new request.' },
  IdempotencyInProgress: { status: 409, retryable: true, message: 'The first request with Idempotency-Key "{key}" is still in progress. Ask again in a moment.' },

  // ── configuration and services ───────────────────────────────────────────
  InvalidConfiguration: { status: 500, retryable: false, message: 'Configuration: {detail}' },
  UnusableFile: { status: 422, retryable: false, message: '{file} cannot be used: {detail}' },
  SchemaVersion: { status: 500, retryable: false, message: 'The database schema is at {found}, this program needs {expected}. Run `longhaul migrate`.' },
  SchemaEdited: { status: 500, retryable: false, message: 'The database was made by another text of migration {migration} than this program has. Until the first release migrations are edited in place, so such a database is made anew: for the own database of `longhaul up`, end it and remove the folder {folder}; any other, drop and create it.' },
  ServiceUnavailable: { status: 503, retryable: true, message: '{service} does not answer: {detail}. Run `longhaul doctor`.' },
  TooManyStreams: { status: 503, retryable: true, message: 'This API process serves {limit} event streams already, as many as `api.streamsMax` allows. Leave one and ask again, or raise LONGHAUL_API_STREAMS_MAX.' },
  StandaloneActivitiesOff: { status: 503, retryable: false, message: 'Temporal takes no standalone activities, which calls of `/v1` are made of: {detail}. It must be 1.31 or newer, with the dynamic configuration `activity.enableStandalone: true`.' },
  ServiceNotFound: { status: 500, retryable: false, message: '{service}: no way to get it worked.\n{ways}' },
  ServiceTooOld: { status: 500, retryable: false, message: '{service} is version {found}; {needed} or newer is needed.' },
  ProgramFailed: { status: 500, retryable: true, message: '{program} {what}: {detail}\nIts log: {logFile}' },
  LockHeld: { status: 409, retryable: true, message: '{file} is still held by process {pid} after {timeoutMs} ms. If that process hangs, end it and try again.' },
  AlreadyRunning: { status: 409, retryable: false, message: 'Longhaul is already running in {dir} (process {pid}). Use it, stop it with Ctrl-C there, or start in another folder.' },
  Internal: { status: 500, retryable: false, message: 'Unexpected error; it was logged under request id {requestId}.' },

  // ── agents and calls ─────────────────────────────────────────────────────
  TemplateFailed: { status: 422, retryable: false, message: 'Agent "{agent}": its prompt template cannot be rendered: {detail}' },
  BudgetExceeded: { status: 409, retryable: false, message: 'Call {callKey}: worst case {worstCaseMicroUsd} µUSD does not fit budget {budget}: limit {limitMicroUsd}, settled {settledMicroUsd}, unknown {unknownMicroUsd} µUSD. Raise the limit or lower maxTokens.' },
  BudgetWait: { status: 409, retryable: true, message: 'Call {callKey} waits for room in budget {budget}.' },
  RateLimited: { status: 429, retryable: true, message: 'Call {callKey} waits for limit {limit}; next try in {waitMs} ms.' },
  RequestTooLargeForLimit: { status: 422, retryable: false, message: 'Call {callKey} needs {cost} of limit {limit}, whose whole window is {size}. Lower maxTokens or raise the limit.' },
  QueueTimeout: { status: 409, retryable: false, message: 'Call {callKey} waited longer than {queueTimeoutSeconds} s for {what}.' },
  CallLeased: { status: 409, retryable: true, message: 'Call {callKey} is under way in another process until {leaseUntil}.' },
  CassetteMiss: { status: 409, retryable: false, message: 'Call {callKey}: cassette "{cassette}" has no answer to request {requestHash}, and mode replay asks nobody. Record it: run once with cassette mode hybrid.' },
  RecordingDamaged: { status: 500, retryable: false, message: 'Cassette "{cassette}": the answer to request {requestHash} is not what was recorded (digest {found}, expected {sha256}). Delete the cassette, then import it or record it again.' },
  UnknownPrice: { status: 422, retryable: false, message: 'No price is known for model "{model}". Add it to {priceFile}:\n{line}' },
  UnknownModel: { status: 422, retryable: false, message: 'Model "{model}" belongs to no configured provider. Known: {known}.' },
  DeliveryUnsupported: { status: 422, retryable: false, message: 'Provider "{provider}" cannot deliver in the way "{delivery}" that was asked for model "{model}". Use `sync`, or a model whose provider can.' },
  ProviderUnreachable: { status: 503, retryable: true, message: 'Call {callKey} waits for provider "{provider}", which cannot be reached: {detail}. Next try in {waitMs} ms; check its address and `longhaul doctor`.' },
  ProviderPaused: { status: 503, retryable: false, message: 'Call {callKey} was not sent: "{provider}" refused model "{model}" {failures} times in a row ({detail}). Correct its key or its spending limit; one call tries again in {waitMs} ms.' },
  ModelFailed: { status: 502, retryable: true, message: 'Model "{model}" failed ({failureClass}): {detail}' },
  ModelRefused: { status: 502, retryable: false, message: 'Model "{model}" rejected the request ({failureClass}): {detail}' },
  SpendCap: { status: 502, retryable: false, message: 'The credential for "{provider}" has reached its spend cap: {detail}. Raise it at the provider.' },
  AgentTimeout: { status: 504, retryable: true, message: 'Call {callKey}: no complete answer within {timeoutMs} ms ({deadline}).' },
  BadOutput: { status: 502, retryable: false, message: 'Agent "{agent}": the answer is not what was asked for: {detail}' },
  ToolFailed: { status: 502, retryable: false, message: 'Agent "{agent}": tool "{tool}" failed: {detail}' },
  ToolBroken: { status: 502, retryable: true, message: 'Tool "{tool}" broke off: {detail}.' },
  PoisonCall: { status: 502, retryable: false, message: 'Call {callKey}: {attempts} attempts ended unknown (the process died each time). The prompt may kill its worker; it is not tried again.' },
  RetriesExhausted: { status: 502, retryable: false, message: 'Agent "{agent}": {attempts} attempts failed, {allowed} allowed. Last error: {detail}' },
  TaskExpired: { status: 409, retryable: false, message: 'Agent "{agent}": nobody answered within {dueSeconds} s, and it has no fallback. Give it `human.fallback`, or more time with `human.dueSeconds`.' },
  WorkerLost: { status: 500, retryable: true, message: 'Worker process {process} ended while this step was under way. The step is repeated by another one.' },
  CallFailed: { status: 502, retryable: false, message: 'Call {callKey}: {attempts} attempts failed. Last error: {detail}' },
  AnswerReplaced: { status: 409, retryable: true, message: 'Call {callKey}: what was streamed came from an attempt that broke off, and the answer that counts is another one. Drop what you have; the same request with the same Idempotency-Key gives that answer, which is paid.' },
  PaymentUnsettled: { status: 500, retryable: true, message: 'Call {callKey}: the answer could not be stored yet: {detail}' },

  // ── simulations ──────────────────────────────────────────────────────────
  UnknownWorld: { status: 422, retryable: false, message: 'There is no world "{world}". Known: {known}.' },
  WorldMissing: { status: 500, retryable: true, message: 'World "{world}" version {version} is not in this program. Deploy one that holds it; what waits for it goes on by itself.' },
  SimulationDiverged: { status: 500, retryable: false, message: 'Simulation {runId}: tick {tick} {difference}. {detail} This attempt to record what follows tick {from} changed nothing. What the record holds: longhaul replay {runId}' },
  RecordedTooSoon: { status: 503, retryable: true, message: 'Simulation {runId}: what comes after tick {from} waits until the ticks before it are written. It goes on by itself.' },

  RunnerMissing: { status: 422, retryable: false, message: 'Agent "{agent}": no runner {wanted}. Registered: {known}. Register one with `longhaul agents register ID --url URL --capability NAME=VALUE`, or let it register itself (POST /agents/register).' },
  RunnerUnfit: { status: 422, retryable: false, message: 'Agent "{agent}": runner "{runner}" {why}.' },
  UnknownCommand: { status: 422, retryable: false, message: 'No command "{command}" is configured for agents. Known: {known}. The operator names commands in `runners.commands` of longhaul.yaml, for the API and the io workers.' },
  UnknownCredential: { status: 422, retryable: false, message: 'No credential "{credential}" is configured for agents. Known: {known}. The operator names credentials in `runners.credentials` of longhaul.yaml, for the API and the io workers.' },
  TooManyRunners: { status: 409, retryable: false, message: 'Runner "{runner}" is not registered: there are {limit} already, as many as `runners.registeredMax` allows, and none of them is gone. Remove one (`longhaul agents delete ID`), or register with `--ttl`, so that a runner makes room when it ends.' },
  RefusedAddress: { status: 422, retryable: false, message: 'No agent is asked at {url}: {detail}.' },

  // ── artifacts ────────────────────────────────────────────────────────────
  PayloadMissing: { status: 500, retryable: false, message: 'Artifact {ref}: its payload {sha256} is not in the payload store ({driver}).' },
  PayloadCorrupt: { status: 500, retryable: false, message: 'Artifact {ref}: payload {sha256} has digest {found} and {bytes} bytes. The store is damaged.' },
  PayloadTooLarge: { status: 413, retryable: false, message: 'The payload has {bytes} bytes; the store takes {limitBytes}. Publish it in parts.' },
  PayloadStoreFailed: { status: 503, retryable: true, message: 'Payload store ({driver}): {action} failed: {detail}. Mend the volume; the step is repeated.' },
} as const satisfies Record<string, { status: number; retryable: boolean; message: string }>;

export type ErrorCode = keyof typeof ERRORS;

/** One finding of a validation, with the path of the offending part (`agents[3].dependencies[0]`). */
export interface Problem {
  path: string;
  message: string;
}

/** An operating error: expected, named, with a next step. `params` fill the placeholders of the table's message. */
export class LonghaulError extends Error {
  override readonly name = 'LonghaulError';
  readonly status: number;
  readonly retryable: boolean;

  constructor(
    readonly code: ErrorCode,
    readonly params: Readonly<Record<string, string | number>> = {},
    readonly problems: readonly Problem[] = [],
    options?: { cause?: unknown },
  ) {
    super(fill(ERRORS[code].message, params), options);
    this.status = ERRORS[code].status;
    this.retryable = ERRORS[code].retryable;
  }

  /** One that happened in another process, in the words that it had there. */
  static retold(code: ErrorCode, message: string, params: Readonly<Record<string, string | number>> = {}): LonghaulError {
    const error = new LonghaulError(code, params);
    error.message = message;
    return error;
  }

  /** Survives duplicate module copies (jest, the workflow sandbox), where `instanceof` does not. */
  static is(error: unknown): error is LonghaulError {
    return error instanceof Error && error.name === 'LonghaulError' && 'code' in error;
  }
}

export function isErrorCode(code: unknown): code is ErrorCode {
  return typeof code === 'string' && Object.hasOwn(ERRORS, code);
}

/** A placeholder without a value stays visible (`{limit}`), so that a forgotten one is found in the tests. */
function fill(template: string, params: Readonly<Record<string, string | number>>): string {
  return template.replace(/\{(\w+)\}/g, (whole, name: string) => (Object.hasOwn(params, name) ? String(params[name]) : whole));
}
