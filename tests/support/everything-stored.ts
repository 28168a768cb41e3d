import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import Redis from 'ioredis';
import type { System } from './system';

/** What a system has written anywhere, as text, with its place: a secret must be in none of it. */
export async function everythingStored(system: System, workflowIds: readonly string[]): Promise<[string, string][]> {
  return [
    ...(await tables(system)),
    ...(await smallPayloads(system)),
    await redisDump(system.env['REDIS_URL']!),
    ...(await Promise.all(workflowIds.map((workflowId) => history(system, workflowId)))),
    ...largePayloads(system.payloadDir),
  ];
}

async function tables({ pool }: System): Promise<[string, string][]> {
  const found = await pool.query<{ name: string }>(
    `SELECT relname AS name FROM pg_class WHERE relkind IN ('r', 'v') AND relnamespace = 'public'::regnamespace`,
  );
  return await Promise.all(
    found.rows.map(async ({ name }): Promise<[string, string]> => {
      const { rows } = await pool.query<{ text: string }>(
        `SELECT coalesce(string_agg(t::text, E'\\n'), '') AS text FROM "${name}" t`,
      );
      return [`table ${name}`, rows[0]!.text];
    }),
  );
}

async function redisDump(url: string): Promise<[string, string]> {
  const redis = new Redis(url);
  const dumps: string[] = [];
  for (const key of await redis.keys('*')) dumps.push(key, (await redis.dumpBuffer(key))?.toString('latin1') ?? '');
  redis.disconnect();
  return ['Redis', dumps.join('\n')];
}

/** Payloads of a history are base64 in its JSON: both forms are there. */
async function history({ temporal }: System, workflowId: string): Promise<[string, string]> {
  const text = JSON.stringify(await temporal.client.workflow.getHandle(workflowId).fetchHistory());
  const decoded = [...text.matchAll(/"data":"([\w+/=]+)"/g)].map(([, data]) => Buffer.from(data!, 'base64').toString());
  return [`history of ${workflowId}`, `${text}\n${decoded.join('\n')}`];
}

/** As a table's text they are hexadecimal. */
async function smallPayloads({ pool }: System): Promise<[string, string][]> {
  const { rows } = await pool.query<{ name: string; content: Buffer }>(
    `SELECT encode(sha256, 'hex') AS name, content FROM payload`,
  );
  return rows.map(({ name, content }) => [`payload ${name}`, textOf(content)]);
}

function largePayloads(folder: string): [string, string][] {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map((entry) => [entry.name, textOf(readFileSync(join(entry.parentPath, entry.name)))]);
}

function textOf(bytes: Buffer): string {
  const raw = bytes[0] === 0x1f && bytes[1] === 0x8b ? gunzipSync(bytes) : bytes;
  return raw.toString('latin1');
}
