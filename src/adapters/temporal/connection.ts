import { Client, Connection } from '@temporalio/client';

export interface TemporalAddress {
  address: string;
  namespace: string;
}

export interface TemporalClient {
  client: Client;
  close(): Promise<void>;
}

/** Long enough for a server under load, short enough that an API request fails before its caller gives up. */
const CONNECT_TIMEOUT_MS = 5_000;

/** @throws when the server does not answer within 5 s; `lazily` puts that off to the first call. */
export async function connectTemporal({ address, namespace }: TemporalAddress): Promise<TemporalClient> {
  const connection = await Connection.connect({ address, connectTimeout: CONNECT_TIMEOUT_MS });
  return clientOn(connection, namespace);
}

/**
 * For processes that must serve while Temporal is down: connects with the first call and reconnects by itself. A call
 * fails at once when nobody listens: the client's own retries (ten in 20 s) would keep a request waiting for what the
 * sweeper does later anyway, and one that falls due after `close` throws where nobody can catch it.
 */
export function connectTemporalLazily({ address, namespace }: TemporalAddress): TemporalClient {
  return clientOn(Connection.lazy({ address, connectTimeout: CONNECT_TIMEOUT_MS, interceptors: [] }), namespace);
}

function clientOn(connection: Connection, namespace: string): TemporalClient {
  return { client: new Client({ connection, namespace }), close: () => connection.close() };
}

/** Version of the server, for health checks: it also proves that the server answers. */
export async function temporalVersion(client: Client): Promise<string> {
  const info = await client.connection.withDeadline(Date.now() + CONNECT_TIMEOUT_MS, () =>
    client.workflowService.getSystemInfo({}),
  );
  return info.serverVersion ?? 'unknown';
}
