import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Pool } from 'pg';
import {
  createPool,
  createRun,
  getGraph,
  insertGraph,
  markRunStarted,
  withTransaction,
} from '../../src/adapters/postgres';
import { loadOutputs } from '../../src/adapters/postgres/call-context';
import { jsonSchemaProblem } from '../../src/adapters/json-schema';
import { readReferences } from '../../src/adapters/templates';
import { connectTemporal, startWorkflow, type TemporalClient } from '../../src/adapters/temporal';
import { AGENT_RUN_KIND, type AgentRunInput, type AgentRunResult } from '../../src/contracts/agent-run';
import { agentRunStart } from '../../src/contracts/agent-run-start';
import { BUILT_IN_TOOLS } from '../../src/domain/tools/built-in';
import { validateGraph } from '../../src/contracts/parse-agent-graph.schema';
import { workflowId } from '../../src/contracts/workflow-ids';
import type { AgentGraph } from '../../src/domain/agents/agent-graph';
import { withParameters, type RunParameters } from '../../src/domain/agents/run-parameters';
import { hashJson } from '../../src/domain/kernel/hash';
import { uuidV7 } from '../../src/domain/kernel/ids';
import { usdToMicro } from '../../src/domain/kernel/money';
import { createPayloads } from '../../src/gateway/artifacts';
import { freshDatabase } from './database';
import { startModelServer, type ModelServer, type ModelServerOptions } from './model-server';
import { startProgram, type Program } from './programs';
import { freshRedis } from './redis';

export const TENANT = 'default';

/** The whole product but its API, on real services, with a database, task queues and model server of its own. */
export interface System {
  pool: Pool;
  temporal: TemporalClient;
  modelServer: ModelServer;
  env: NodeJS.ProcessEnv;
  prefix: string;
  payloadDir: string;
  startWorker(role: string, env?: NodeJS.ProcessEnv): Promise<Program>;
  startRun(definition: object, options?: StartOptions): Promise<StartedRun>;
  close(): Promise<void>;
}

export interface StartOptions {
  parameters?: RunParameters;
  continueAsNewAfterEvents?: number;
}

export interface StartedRun {
  runId: string;
  workflowId: string;
  result(): Promise<AgentRunResult>;
}

export interface SystemOptions {
  modelServer?: ModelServerOptions;
  env?: NodeJS.ProcessEnv;
  /** Roles to start at once; none for a test that starts its own. */
  workers?: readonly string[];
  /** Names of tools that its own plug-in folder brings. */
  plugIns?: readonly string[];
  /** Where its workers are compiled; the product's own when absent. */
  dist?: string | undefined;
}

export async function startSystem({
  modelServer: options,
  env: more,
  workers = ['all'],
  plugIns = [],
  dist,
}: SystemOptions = {}): Promise<System> {
  const [database, redis, modelServer, payloadDir] = await Promise.all([
    freshDatabase(),
    freshRedis(),
    startModelServer(options),
    mkdtemp(join(tmpdir(), 'longhaul-payloads-')),
  ]);
  const prefix = `t${randomBytes(4).toString('hex')}-`;
  const address = process.env.LONGHAUL_TEST_TEMPORAL_ADDRESS!;
  const env: NodeJS.ProcessEnv = {
    PATH: process.env.PATH,
    HOME: payloadDir, // no .env or longhaul.yaml of the user
    TEMPORAL_ADDRESS: address,
    DATABASE_URL: database.url,
    REDIS_URL: redis.url,
    LONGHAUL_PAYLOAD_DIR: payloadDir,
    LONGHAUL_MODEL_SERVER_URL: modelServer.url,
    LONGHAUL_TASK_QUEUE_PREFIX: prefix,
    LONGHAUL_REQUESTS_PER_MINUTE: '100000',
    LONGHAUL_REQUESTS_PER_HOUR: '0',
    LONGHAUL_REQUESTS_PER_DAY: '0',
    LONGHAUL_TOKENS_PER_MINUTE: '0',
    LONGHAUL_CONCURRENT_REQUESTS: '200',
    LONGHAUL_LOG_LEVEL: 'warn',
    ...more,
  };
  const pool = createPool(database.url, { max: 4 });
  const temporal = await connectTemporal({ address, namespace: 'default' });
  const programs: Program[] = [];
  const system: System = {
    pool,
    temporal,
    modelServer,
    env,
    prefix,
    payloadDir,
    startWorker: async (role, extra) => {
      const program = await startProgram('worker/main.js', ['--role', role], { ...env, ...extra }, dist);
      programs.push(program);
      return program;
    },
    startRun: (definition, startOptions) => startRun(system, definition, plugIns, startOptions),
    close: async () => {
      await Promise.all(programs.map((program) => program.stop('SIGKILL')));
      await Promise.all([pool.end(), temporal.close(), modelServer.stop()]);
      await Promise.all([database.drop(), redis.drop(), rm(payloadDir, { recursive: true, force: true })]);
    },
  };
  for (const role of workers) await system.startWorker(role);
  return system;
}

async function startRun(
  system: System,
  definition: object,
  plugIns: readonly string[],
  { parameters = {}, continueAsNewAfterEvents }: StartOptions = {},
): Promise<StartedRun> {
  const stored = graphOf(definition, plugIns);
  const runId = newId();
  const { graphId } = await insertGraph(system.pool, {
    id: newId(),
    tenant: TENANT,
    name: stored.name,
    sha256: hashJson(stored),
    definition: stored,
  });
  const graph = withParameters((await getGraph(system.pool, TENANT, graphId))!.definition as AgentGraph, parameters);
  await withTransaction(system.pool, (tx) =>
    createRun(tx, {
      ...{ tenant: TENANT, runId, kind: AGENT_RUN_KIND, name: graph.name, graphId, parameters: { ...parameters } },
      workflowId: workflowId(AGENT_RUN_KIND, TENANT, graph.name, runId),
      costLimitMicroUsd: usdToMicro(graph.costBudgetUsd),
      nodes: graph.agents.map(({ name, costLimitUsd }) => ({ name, costLimitMicroUsd: usdToMicro(costLimitUsd) })),
    }),
  );
  const spec = agentRunStart({
    tenant: TENANT,
    runId,
    graphName: graph.name,
    graphId,
    graph,
    parameters: parameters ?? {},
    taskQueuePrefix: system.prefix,
  });
  (spec.args[0] as AgentRunInput).continueAsNewAfterEvents = continueAsNewAfterEvents;
  await startWorkflow(system.temporal.client, spec);
  await markRunStarted(system.pool, TENANT, runId);
  const handle = system.temporal.client.workflow.getHandle(spec.workflowId);
  return { runId, workflowId: spec.workflowId, result: () => handle.result() as Promise<AgentRunResult> };
}

/** The same way a definition takes through the API. */
function graphOf(definition: object, plugIns: readonly string[]): AgentGraph {
  const { graph, problems } = validateGraph(definition, {
    references: readReferences,
    schemaProblem: jsonSchemaProblem,
    tools: [...BUILT_IN_TOOLS.map(({ name }) => name), ...plugIns],
  });
  if (!graph) throw new Error(`invalid graph: ${JSON.stringify(problems)}`);
  return graph;
}

export function newId(): string {
  return uuidV7(Date.now(), randomBytes(10));
}

/** What a node of a run brought; undefined while it has no output. */
export async function outputOf(system: System, runId: string, node: string): Promise<unknown> {
  const stored = (await loadOutputs(system.pool, TENANT, runId, [node])).get(node);
  if (stored === undefined) return undefined;
  return JSON.parse(Buffer.from(await payloadsOf(system).get(stored, stored.ref)).toString('utf8')) as unknown;
}

export function payloadsOf(system: System) {
  return createPayloads(system.pool, { dir: system.payloadDir });
}
