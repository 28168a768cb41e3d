import type { Connection } from '@temporalio/client';

const PROBE_TIMEOUT_MS = 5_000;
const SECONDS_PER_DAY = 86_400;
/** Numbers of temporal.api.enums.v1.IndexedValueType, which the client package does not export. */
const INDEXED_VALUE_TYPE = { Text: 1, Keyword: 2, Int: 3, Double: 4, Bool: 5, Datetime: 6, KeywordList: 7 } as const;

export type SearchAttributes = Readonly<Record<string, keyof typeof INDEXED_VALUE_TYPE>>;

/** @returns the server's version; undefined while it does not answer for this namespace. */
export async function probeTemporal(
  address: string,
  namespace: string,
  timeoutMs = PROBE_TIMEOUT_MS,
): Promise<string | undefined> {
  return withConnection(address, timeoutMs, async ({ workflowService }) => {
    const { serverVersion } = await workflowService.getSystemInfo({});
    await workflowService.describeNamespace({ namespace });
    return serverVersion ?? undefined;
  }).catch(() => undefined); // not there yet: the caller asks again or says so
}

/** A dev server keeps closed runs for one day, which is shorter than the runs of this product take. */
export async function setRetention(address: string, namespace: string, days: number): Promise<void> {
  const config = { workflowExecutionRetentionTtl: { seconds: days * SECONDS_PER_DAY } };
  await withConnection(address, PROBE_TIMEOUT_MS, ({ workflowService }) =>
    workflowService.updateNamespace({ namespace, config } as never),
  );
}

/** @returns how many days closed runs are kept. */
export async function retentionDays(address: string, namespace: string): Promise<number> {
  return withConnection(address, PROBE_TIMEOUT_MS, async ({ workflowService }) => {
    const { config } = await workflowService.describeNamespace({ namespace });
    return Number(config?.workflowExecutionRetentionTtl?.seconds ?? 0) / SECONDS_PER_DAY;
  });
}

/** @returns the names of those search attributes that the namespace lacks. */
export async function missingSearchAttributes(
  address: string,
  namespace: string,
  wanted: SearchAttributes,
): Promise<string[]> {
  return withConnection(address, PROBE_TIMEOUT_MS, async ({ operatorService }) => {
    const { customAttributes } = await operatorService.listSearchAttributes({ namespace });
    return Object.keys(wanted).filter((name) => !Object.hasOwn(customAttributes ?? {}, name));
  });
}

/** gRPC's: nobody has an activity of that name, as is hoped for. */
const NOT_FOUND = 5;

/**
 * Whether activities may stand alone, as the calls of `/v1` do.
 *
 * @returns undefined when they may, else what the server says
 */
export async function standaloneRefusal(address: string, namespace: string): Promise<string | undefined> {
  return withConnection(address, PROBE_TIMEOUT_MS, async ({ workflowService }) => {
    try {
      await workflowService.describeActivityExecution({ namespace, activityId: 'longhaul-doctor' });
      return undefined;
    } catch (error) {
      const { code, details } = error as { code?: number; details?: string };
      return code === NOT_FOUND ? undefined : (details ?? String(error));
    }
  });
}

export async function ensureSearchAttributes(
  address: string,
  namespace: string,
  wanted: SearchAttributes,
): Promise<void> {
  const missing = await missingSearchAttributes(address, namespace, wanted);
  if (missing.length === 0) return;
  const searchAttributes = Object.fromEntries(missing.map((name) => [name, INDEXED_VALUE_TYPE[wanted[name]!]]));
  await withConnection(address, PROBE_TIMEOUT_MS, ({ operatorService }) =>
    operatorService.addSearchAttributes({ namespace, searchAttributes }),
  );
}

async function withConnection<T>(
  address: string,
  timeoutMs: number,
  work: (connection: Connection) => Promise<T>,
): Promise<T> {
  // Loaded when it is needed: it takes half of the start time of every command of the CLI, and most never get here.
  const client = await import('@temporalio/client');
  const connection = client.Connection.lazy({ address, connectTimeout: timeoutMs });
  try {
    return await connection.withDeadline(Date.now() + timeoutMs, () => work(connection));
  } finally {
    await connection.close();
  }
}
