import { createServer, type AddressInfo } from 'node:net';

/** Ports handed out by this process: two services asked for at once must not get the same one. */
const handedOut = new Set<number>();

/**
 * A TCP port on loopback that nobody listens on now. Somebody may take it before its user does; whoever starts a
 * program on it must treat a failed start as such.
 */
export async function freePort(): Promise<number> {
  const port = await probePort();
  if (handedOut.has(port)) return freePort();
  handedOut.add(port);
  return port;
}

function probePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen({ port: 0, host: '127.0.0.1', exclusive: true }, () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });
}
