import { parseArgs } from 'node:util';
import { configurationError } from './configuration-error';
import { parseFault, type FaultRule } from './faults/spec';
import { parseLatency, type LatencyProfile } from './latency';
import { parseLimit, WAIT_FORMS, type LimitRule, type WaitForm } from './rate-limit';

export interface ModelServerOptions {
  host: string;
  /** 0 takes a free one. */
  port: number;
  /** Path of the book. */
  logFile: string;
  seed: number;
  latency: LatencyProfile;
  /** Of a batch, in ms. */
  batchMs: number;
  faults: FaultRule[];
  limits: LimitRule[];
  waitForm: WaitForm;
  /** Whether a repeated `Idempotency-Key` is answered from the store. */
  idempotency: boolean;
  /** How long an ended response of /v1/responses can be read, in ms. */
  keepResponsesMs: number;
}

/** As long as a provider may take. */
export const BATCH_MS_MAX = 86_400_000;

const FLAGS = {
  host: { type: 'string', default: '127.0.0.1' },
  port: { type: 'string', default: '0' },
  log: { type: 'string', default: '.longhaul/model-server.jsonl' },
  seed: { type: 'string', default: '1' },
  latency: { type: 'string', default: 'fixed:0' },
  'batch-ms': { type: 'string', default: '0' },
  fault: { type: 'string', multiple: true, default: [] as string[] },
  rpm: { type: 'string' },
  limit: { type: 'string', multiple: true, default: [] as string[] },
  'retry-after': { type: 'string', default: 'both' },
  idempotency: { type: 'boolean', default: false },
  'keep-responses': { type: 'string', default: '86400' },
  help: { type: 'boolean', default: false },
} as const;

/** `null` when help was asked for. @throws LonghaulError (or parseArgs' TypeError) that names the flag, what came and what is accepted. */
export function parseOptions(argv: readonly string[]): ModelServerOptions | null {
  const { values } = parseArgs({ args: [...argv], options: FLAGS, strict: true, allowPositionals: false });
  if (values.help) return null;
  return {
    host: values.host,
    port: wholeNumber('port', values.port, 0, 65_535),
    logFile: values.log,
    seed: wholeNumber('seed', values.seed, 0, Number.MAX_SAFE_INTEGER),
    latency: parseLatency(values.latency),
    batchMs: wholeNumber('batch-ms', values['batch-ms'], 0, BATCH_MS_MAX),
    faults: values.fault.map(parseFault),
    limits: [...perMinute(values.rpm), ...values.limit.map(parseLimit)],
    waitForm: waitForm(values['retry-after']),
    idempotency: values.idempotency,
    keepResponsesMs: 1_000 * wholeNumber('keep-responses', values['keep-responses'], 0, 31_536_000),
  };
}

function perMinute(rpm: string | undefined): LimitRule[] {
  if (rpm === undefined) return [];
  return [{ unit: 'requests', limit: wholeNumber('rpm', rpm, 1, 1_000_000), windowMs: 60_000, model: null }];
}

function waitForm(text: string): WaitForm {
  const form = WAIT_FORMS.find((known) => known === text);
  if (form === undefined)
    throw configurationError(`--retry-after: expected one of ${WAIT_FORMS.join(', ')}, got "${text}"`);
  return form;
}

function wholeNumber(flag: string, text: string, min: number, max: number): number {
  const value = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (value >= min && value <= max) return value;
  throw configurationError(`--${flag}: expected a whole number from ${min} to ${max}, got "${text}"`);
}
