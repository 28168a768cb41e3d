import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import express from 'express';
import supertest from 'supertest';
import { loadSettings } from '../../src/adapters/config/load-settings';
import { openDependencies } from '../../src/api/dependencies';
import { createApp } from '../../src/api/app';
import type { ApiDeps } from '../../src/api/deps';
import { createLog } from '../../src/adapters/log';
import { openApiDocument } from '../../src/api/openapi/document';
import { ROUTES } from '../../src/api/routes';
import { contractCheck, type OpenApiDocument } from './contract';
import { freshDatabase } from './database';
import { freshRedis } from './redis';

export const TOKEN = 'test-token-of-the-api-suite';

type Agent = ReturnType<typeof supertest.agent>;

/** The API in this process on real services of its own: a fresh database, Redis database, payload folder, task queues. */
export interface ApiUnderTest {
  deps: ApiDeps;
  url: string;
  /** Requests with the token. */
  api: Agent;
  /** Requests without. */
  stranger: Agent;
  /** Every line that the API has logged so far. */
  logged(): string;
  /** The same services under other deps, such as another tenant's or those without Temporal. */
  variant(change: (deps: ApiDeps) => ApiDeps): Promise<ApiUnderTest>;
  /** @throws when an answer did not match the API document */
  close(): Promise<void>;
}

export async function startApi(env: NodeJS.ProcessEnv = {}): Promise<ApiUnderTest> {
  const [database, redis, payloadDir] = await Promise.all([
    freshDatabase(),
    freshRedis(),
    mkdtemp(join(tmpdir(), 'longhaul-api-')),
  ]);
  const { settings } = loadSettings({
    cwd: payloadDir,
    env: {
      DATABASE_URL: database.url,
      REDIS_URL: redis.url,
      TEMPORAL_ADDRESS: process.env['LONGHAUL_TEST_TEMPORAL_ADDRESS'],
      LONGHAUL_PAYLOAD_DIR: payloadDir,
      LONGHAUL_TASK_QUEUE_PREFIX: `api-${randomBytes(4).toString('hex')}-`,
      ...env,
    },
  });
  const log = memoryLog();
  const { deps, close } = await openDependencies(settings, TOKEN, createLog('debug', { process: 'api' }, log.stream));
  const served = await serve(deps, log.text);
  return {
    ...served,
    close: async () => {
      await served.close();
      await close();
      await Promise.all([database.drop(), redis.drop(), rm(payloadDir, { recursive: true, force: true })]);
    },
  };
}

async function serve(deps: ApiDeps, logged: () => string): Promise<ApiUnderTest> {
  const contract = contractCheck(openApiDocument(ROUTES, deps.version) as OpenApiDocument);
  const server = createServer(express().use(contract.middleware, createApp(deps)));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const variants: ApiUnderTest[] = [];
  return {
    deps,
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    api: supertest.agent(server).set('authorization', `Bearer ${TOKEN}`),
    stranger: supertest.agent(server),
    logged,
    variant: async (change) => {
      const variant = await serve(change(deps), logged);
      variants.push(variant);
      return variant;
    },
    close: async () => {
      await Promise.all([...variants.map((variant) => variant.close()), closed(server)]);
      expect(contract.violations).toEqual([]);
    },
  };
}

function closed(server: Server): Promise<void> {
  server.closeAllConnections();
  return new Promise((resolve) => server.close(() => resolve()));
}

function memoryLog() {
  const lines: string[] = [];
  const stream = new Writable({
    write(chunk: Buffer, _encoding, done) {
      lines.push(chunk.toString());
      done();
    },
  });
  return { stream, text: () => lines.join('') };
}

/** A definition of agents in a chain, valid unless changed. */
export function chain(
  name: string,
  agents = 2,
): { name: string; agents: Record<string, unknown>[]; inputs: Record<string, unknown> } {
  return {
    name,
    agents: Array.from({ length: agents }, (_, index) => ({
      name: `a${index}`,
      llmConfig: { model: 'scripted-echo', maxTokens: 50 },
      promptTemplate: index === 0 ? 'Say {{ inputs.word }}.' : `Repeat {{ a${index - 1}.content }}`,
      dependencies: index === 0 ? [] : [`a${index - 1}`],
    })),
    inputs: { word: 'hello' },
  };
}
