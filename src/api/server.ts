import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { LonghaulError } from '../domain/kernel/errors';

/** Longer than most answers, shorter than the patience of whoever asked the process to end. */
const DRAIN_TIMEOUT_MS = 10_000;

/** @throws LonghaulError InvalidConfiguration when the address is taken or not this machine's */
export function startServer(
  listener: RequestListener,
  { host, port }: { host: string; port: number },
): Promise<Server> {
  const server = createServer(listener);
  return new Promise((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) => {
      const detail = `the API cannot listen on ${host}:${port} (${cause.code}). Choose another LONGHAUL_API_PORT, or 0 for a free one.`;
      reject(new LonghaulError('InvalidConfiguration', { detail }, [], { cause }));
    });
    server.listen(port, host, () => resolve(server));
  });
}

export function addressOf(server: Server, host: string): string {
  const { port } = server.address() as AddressInfo;
  return `http://${host.includes(':') && !host.startsWith('[') ? `[${host}]` : host}:${port}`;
}

/**
 * Answers what has begun and takes no new connection; a client that never finishes is cut off. Connections that are kept
 * alive are told to close with their next answer, or they would bring further requests for ever.
 */
export function drain(server: Server): Promise<void> {
  server.prependListener('request', (_request, response) => response.setHeader('connection', 'close'));
  return new Promise((resolve) => {
    const cut = setTimeout(() => server.closeAllConnections(), DRAIN_TIMEOUT_MS);
    server.close(() => {
      clearTimeout(cut);
      resolve();
    });
    server.closeIdleConnections();
  });
}
