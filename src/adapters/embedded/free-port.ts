import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';
import { LonghaulError } from '../../domain/kernel/errors';

/**
 * Below the range that systems take for outgoing connections (Linux from 32768, others from 49152). Asking for port 0
 * gives one of that range, which any connection of a busy machine may take before the service listens.
 */
const [FIRST, BEHIND_LAST] = [20_000, 32_000];
const TRIES = 100;

/** Ports handed out by this process: two services asked for at once must not get the same one. */
const handedOut = new Set<number>();

/**
 * A TCP port on loopback that nobody listens on now. Somebody may take it before its user does; whoever starts a
 * program on it must treat a failed start as such.
 */
export async function freePort(): Promise<number> {
  for (let tried = 0; tried < TRIES; tried++) {
    const port = randomInt(FIRST, BEHIND_LAST);
    if (handedOut.has(port)) continue;
    handedOut.add(port);
    if (await isFree(port)) return port;
  }
  const ways = `  ${TRIES} ports from ${FIRST} to ${BEHIND_LAST - 1} were tried. End programs that listen there, and start again.`;
  throw new LonghaulError('ServiceNotFound', { service: 'A free port on 127.0.0.1', ways });
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen({ port, host: '127.0.0.1', exclusive: true }, () => server.close(() => resolve(true)));
  });
}
