import { z } from 'zod';
import { DEFAULT_LANE_LIMITS } from '../../domain/llm/batch-lane';
import { COMMAND_NAME } from '../../domain/simulation/runners/runner';
import { OPERATORS, SEVERITIES } from '../../domain/telemetry/alerts';
import { CASSETTE_MODES, CASSETTE_NAME } from '../../domain/llm/cassette';

/**
 * Every setting of every process: one schema with units, descriptions and environment names. `.env.example`, the
 * reference page and `longhaul config show` are made from it.
 */
const port = z.coerce.number().int().min(0).max(65_535);
const positive = z.coerce.number().int().positive();
/** Travels in a header, which takes nothing else: with a line feed in the key every call failed after it was counted as sent. */
const headerText = z
  .string()
  .trim()
  .refine((text) => /^[\x21-\x7e]*$/.test(text), 'visible ASCII characters without blanks');

export interface SettingMeta {
  env: string;
  description: string;
  secret?: boolean;
  /** A list in files, JSON in the environment; everything else is one text or number. */
  list?: boolean;
}

/** 0 means that there is no such limit. */
const orNone = z.coerce.number().int().nonnegative();
const limitRule = z.strictObject({
  provider: z.string().min(1).max(200).optional(),
  model: z.string().min(1).max(200).optional(),
  requestsPerMinute: orNone.optional(),
  requestsPerHour: orNone.optional(),
  requestsPerDay: orNone.optional(),
  tokensPerMinute: orNone.optional(),
  spendPerMinuteMicroUsd: orNone.optional(),
  concurrentRequests: positive.optional(),
});
const alertRule = {
  name: z.string().min(1).max(200),
  severity: z.enum(SEVERITIES).default('warning'),
  notificationIntervalMinutes: z.number().min(0).max(100_000).default(60),
};
const metricRule = z.strictObject({
  ...alertRule,
  metric: z.string().min(1).max(128),
  operator: z.enum(OPERATORS),
  threshold: z.number(),
});
const eventRule = z.strictObject({
  ...alertRule,
  eventType: z.string().min(1).max(64),
  frequencyThreshold: z.int().min(1).max(1_000),
  timeWindowMinutes: z.number().positive().max(100_000),
});
const agentCommand = z.strictObject({
  name: z.string().regex(COMMAND_NAME),
  command: z.array(z.string().min(1).max(4_096)).min(1).max(64),
  cwd: z.string().min(1).max(4_096).optional(),
  env: z.array(z.string().regex(/^[A-Za-z_]\w{0,127}$/)).max(50).default([]),
});
const agentCredential = z.strictObject({
  name: z.string().regex(COMMAND_NAME),
  host: z.string().min(1).max(300),
  authorization: z.string().regex(/^(?:[A-Za-z][\w-]{0,31} )?\$\{[A-Za-z_]\w{0,127}\}$/, 'a scheme and a variable, such as Bearer ${SHOP_TOKEN}'),
});
const agentCredentials = listOf(agentCredential).default([]);
const agentCommands = listOf(agentCommand).default([]);
const limitRules = listOf(limitRule).optional();
const alertRules = listOf(z.union([metricRule, eventRule])).default([]);

/** In a file it is a list; an environment variable holds the same list as JSON. */
function listOf<T extends z.ZodType>(rule: T) {
  return z.preprocess((given, context) => {
    if (typeof given !== 'string') return given;
    try {
      return JSON.parse(given) as unknown;
    } catch (error) {
      // The parser quotes what it read, which may be a secret in the wrong place.
      const [position = ''] = /at position \d+/.exec((error as Error).message) ?? [];
      context.addIssue({ code: 'custom', message: `a JSON list of rules ${position}`.trimEnd() });
      return z.NEVER;
    }
  }, z.array(rule).max(100));
}

function setting<T extends z.ZodType>(type: T, env: string, description: string, secret = false): T {
  return type.meta({ env, description, secret } satisfies SettingMeta);
}

export const settingsSchema = z.strictObject({
  tenant: setting(z.string().min(1).max(64).default('default'), 'LONGHAUL_TENANT', 'Tenant of this installation until accounts exist.'),
  temporal: z
    .strictObject({
      address: setting(z.string().default('127.0.0.1:7233'), 'TEMPORAL_ADDRESS', 'host:port of the Temporal frontend.'),
      namespace: setting(z.string().default('default'), 'TEMPORAL_NAMESPACE', 'Temporal namespace.'),
      taskQueuePrefix: setting(z.string().max(64).default(''), 'LONGHAUL_TASK_QUEUE_PREFIX', 'Put before every task queue name; keeps installations on one server apart.'),
      uiUrl: setting(z.url().default('http://127.0.0.1:8233'), 'TEMPORAL_UI_URL', 'Address of the Temporal Web UI, for links.'),
    })
    .prefault({}),
  postgres: z
    .strictObject({
      url: setting(z.string().default('postgres://longhaul@127.0.0.1:5432/longhaul'), 'DATABASE_URL', 'PostgreSQL connection string.', true),
      poolMax: setting(positive.default(10), 'LONGHAUL_POSTGRES_POOL_MAX', 'Connections per process.'),
    })
    .prefault({}),
  redis: z
    .strictObject({
      url: setting(z.string().default('redis://127.0.0.1:6379'), 'REDIS_URL', 'Redis connection string.', true),
    })
    .prefault({}),
  payloads: z
    .strictObject({
      dir: setting(z.string().default('.longhaul/payloads'), 'LONGHAUL_PAYLOAD_DIR', 'Folder of the filesystem payload driver; shared by all workers and the API.'),
    })
    .prefault({}),
  api: z
    .strictObject({
      host: setting(z.string().default('127.0.0.1'), 'LONGHAUL_API_HOST', 'Address the API listens on. Off loopback a configured token is required.'),
      port: setting(port.default(8080), 'LONGHAUL_API_PORT', 'Port of the API; 0 takes a free one.'),
      token: setting(headerText.min(16).optional(), 'LONGHAUL_API_TOKEN', 'Bearer token that clients send, at least 16 characters. Generated by `longhaul up` on loopback.', true),
      url: setting(z.url().optional(), 'LONGHAUL_API_URL', 'Where the CLI finds the API; by default the state file of a running `longhaul up`.'),
      completionsBudgetUsd: setting(z.coerce.number().min(0).max(1_000_000).default(100), 'LONGHAUL_API_COMPLETIONS_BUDGET_USD', 'Most that the calls of `/v1/chat/completions` may cost in all, in US dollars. Raise it to go on.'),
      bodyLimitBytes: setting(positive.default(2 * 1024 * 1024 + 64 * 1024), 'LONGHAUL_API_BODY_LIMIT_BYTES', 'Largest request body, in bytes.'),
      streamsMax: setting(positive.max(10_000).default(100), 'LONGHAUL_API_STREAMS_MAX', 'Event streams (artifacts of a session, a simulation live) that one API process serves at once.'),
    })
    .prefault({}),
  llm: z
    .strictObject({
      modelServerUrl: setting(z.url().optional(), 'LONGHAUL_MODEL_SERVER_URL', 'Base URL of the scripted model server; serves models named scripted-*.'),
      openaiBaseUrl: setting(z.url().default('https://api.openai.com/v1'), 'OPENAI_BASE_URL', 'Base URL of OpenAI or a compatible server.'),
      openaiApiKey: setting(headerText.optional(), 'OPENAI_API_KEY', 'API key for OpenAI or the compatible server.', true),
      anthropicBaseUrl: setting(z.url().default('https://api.anthropic.com'), 'ANTHROPIC_BASE_URL', 'Base URL of Anthropic or a server that speaks its wire, without /v1.'),
      anthropicApiKey: setting(headerText.optional(), 'ANTHROPIC_API_KEY', 'API key for Anthropic; opens the models named claude-*.', true),
      idempotentProviders: setting(z.string().max(2_000).default(''), 'LONGHAUL_IDEMPOTENT_PROVIDERS', 'Providers of the OpenAI wire that answer a repeated Idempotency-Key from their store, by name (`scripted`, `openai-compatible:HOST`) with commas in between. A call is then asked under one key, and a crash is not paid for again. Name none that does not promise it.'),
      priceFile: setting(z.string().optional(), 'LONGHAUL_PRICE_FILE', 'YAML file with prices that override or extend the built-in table.'),
      requestsPerMinute: setting(orNone.default(60), 'LONGHAUL_REQUESTS_PER_MINUTE', 'Requests per minute and provider, over all processes; 0: no such limit.'),
      requestsPerHour: setting(orNone.default(3_000), 'LONGHAUL_REQUESTS_PER_HOUR', 'Requests per hour and provider; 0: no such limit.'),
      requestsPerDay: setting(orNone.default(50_000), 'LONGHAUL_REQUESTS_PER_DAY', 'Requests per day and provider; 0: no such limit.'),
      tokensPerMinute: setting(orNone.default(100_000), 'LONGHAUL_TOKENS_PER_MINUTE', 'Tokens (input and output) per minute and provider; 0: no such limit.'),
      spendPerMinuteMicroUsd: setting(orNone.default(0), 'LONGHAUL_SPEND_PER_MINUTE_MICRO_USD', 'Spend per minute and provider, in micro-USD; 0: no such limit.'),
      concurrentRequests: setting(positive.default(10), 'LONGHAUL_CONCURRENT_REQUESTS', 'Requests under way at once per provider, over all processes.'),
      processesWithoutRedis: setting(orNone.max(10_000).default(0), 'LONGHAUL_PROCESSES_WITHOUT_REDIS', 'How many processes share the limits while Redis is away for more than ten seconds: each goes on with that part of them. 0: nothing is sent until Redis is back.'),
      limits: limitRules.meta({ env: 'LONGHAUL_LIMITS', list: true, description: 'Other limits for some models: a list of rules with `provider` and `model` (patterns with *) and any of the limits above; the first that fits is taken.' } satisfies SettingMeta),
      cassetteMode: setting(z.enum(['off', ...CASSETTE_MODES]).default('off'), 'LONGHAUL_CASSETTE_MODE', 'How runs use recorded model answers unless their start says otherwise: off, record, replay (a miss is an error) or hybrid.'),
      cassette: setting(z.string().regex(CASSETTE_NAME).default('default'), 'LONGHAUL_CASSETTE', 'The cassette of runs whose start names none.'),
      leaseMs: setting(positive.default(15_000), 'LONGHAUL_LEASE_MS', 'How long a process owns an attempt without renewing, in ms.'),
      batchSize: setting(positive.default(20), 'LONGHAUL_BATCH_SIZE', 'Calls of one process that reserve and settle together at most; 1 keeps every call for itself.'),
      batchIntervalMs: setting(orNone.default(50), 'LONGHAUL_BATCH_INTERVAL_MS', 'Longest wait of a call for others that are on their way, in ms.'),
      batchTokens: setting(positive.default(100_000), 'LONGHAUL_BATCH_TOKENS', 'Tokens (input and longest output) of one batch at most; a larger call goes alone.'),
      batchesAtWork: setting(positive.default(5), 'LONGHAUL_BATCHES_AT_WORK', 'Batches of one process that reserve at once; the next one fills meanwhile.'),
      laneItems: setting(positive.max(50_000).default(DEFAULT_LANE_LIMITS.items), 'LONGHAUL_LANE_ITEMS', 'Delivery `batch`: calls that one batch of a provider takes at most.'),
      laneBytes: setting(positive.max(100_000_000).default(DEFAULT_LANE_LIMITS.bytes), 'LONGHAUL_LANE_BYTES', 'Delivery `batch`: bytes of requests that one batch takes at most; a larger request goes alone.'),
      laneAgeMs: setting(positive.max(86_400_000).default(60_000), 'LONGHAUL_LANE_AGE_MS', 'Delivery `batch`: how long a batch takes calls before it is submitted, in ms.'),
      laneLookMs: setting(positive.max(3_600_000).default(30_000), 'LONGHAUL_LANE_LOOK_MS', 'Delivery `batch`: wait before the first look at a submitted batch, in ms; each look waits half as long again, up to ten times this.'),
      maxInFlight: setting(positive.default(200), 'LONGHAUL_LLM_MAX_IN_FLIGHT', 'Calls one llm worker holds at once.'),
    })
    .prefault({}),
  monitoring: z
    .strictObject({
      intervalMs: setting(positive.min(500).default(5_000), 'LONGHAUL_MONITORING_INTERVAL_MS', 'How often the API measures its machine and asks the alert rules, in ms.'),
      costLimitUsd: setting(z.coerce.number().positive().optional(), 'LONGHAUL_MONITORING_COST_LIMIT_USD', 'Spend of the installation, in US dollars, from 90 % of which the performance report warns.'),
      alerts: alertRules.meta({ env: 'LONGHAUL_ALERTS', list: true, description: 'Alert rules: a list with `name`, `severity`, `notificationIntervalMinutes` and either `metric`, `operator`, `threshold` or `eventType`, `frequencyThreshold`, `timeWindowMinutes`.' } satisfies SettingMeta),
    })
    .prefault({}),
  worker: z
    .strictObject({
      registerDir: setting(z.string().optional(), 'LONGHAUL_WORKER_REGISTER_DIR', 'Folder in which the workers of this machine note the activities they run, so that the successor of one that was killed ends them at once. Without it heartbeat timeouts do. `longhaul up` sets it.'),
    })
    .prefault({}),
  tools: z
    .strictObject({
      folder: setting(z.string().min(1).optional(), 'LONGHAUL_TOOLS_FOLDER', 'Folder of own tools: TypeScript or JavaScript modules, and YAML or JSON files that declare HTTP tools. Seen by workers and API.'),
      httpAllow: setting(z.string().default(''), 'LONGHAUL_TOOLS_HTTP_ALLOW', 'Hosts that tools may reach, as host or host:port with commas in between; none when empty. An address that is not public needs its port.'),
    })
    .prefault({}),
  runners: z
    .strictObject({
      commands: agentCommands.meta({ env: 'LONGHAUL_RUNNERS_COMMANDS', list: true, description: 'Programs that may be started for agents of simulations, and nothing else may: a list with `name`, `command` (program and arguments, read by no shell) and, if wanted, `cwd` (an empty folder of its own when absent) and `env` (names of variables that it is given). Seen by io workers and API.' } satisfies SettingMeta),
      httpAllow: setting(z.string().default(''), 'LONGHAUL_RUNNERS_HTTP_ALLOW', 'Hosts at which agents of simulations may be asked, as host or host:port with commas in between; none when empty. An address that is not public needs its port.'),
      credentials: agentCredentials.meta({ env: 'LONGHAUL_RUNNERS_CREDENTIALS', list: true, secret: true, description: 'What agents of simulations may be sent as `authorization`: a list with `name`, `host` (to which alone it is sent) and `authorization`, such as `Bearer ${SHOP_TOKEN}`, with the variable of the io worker that holds it. Seen by io workers and API; the value by io workers only.' } satisfies SettingMeta),
      registeredMax: setting(positive.max(100_000).default(1_000), 'LONGHAUL_RUNNERS_REGISTERED_MAX', 'Runners that may be registered at once. One that is gone makes room for another.'),
    })
    .prefault({}),
  log: z
    .strictObject({
      level: setting(z.enum(['silent', 'error', 'warn', 'info', 'debug']).default('info'), 'LONGHAUL_LOG_LEVEL', 'Lowest level that is logged.'),
    })
    .prefault({}),
});

export type Settings = z.infer<typeof settingsSchema>;
