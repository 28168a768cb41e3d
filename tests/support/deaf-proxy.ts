import { once } from 'node:events';
import { createConnection, createServer, type AddressInfo, type Socket } from 'node:net';

/** A way to a server on which replies can be held back, while everything that is sent still arrives. */
export interface DeafProxy {
  address: string;
  holdReplies(): void;
  /** What was held arrives now. */
  letThrough(): void;
  stop(): Promise<void>;
}

export async function startDeafProxy(target: string): Promise<DeafProxy> {
  const [host, port] = target.split(':');
  const ways = new Map<Socket, Socket>();
  let isHeld = false;
  const server = createServer((near) => {
    const far = createConnection({ host, port: Number(port) });
    ways.set(near, far);
    near.pipe(far);
    if (!isHeld) far.pipe(near);
    for (const side of [near, far]) {
      side.on('error', () => undefined); // the close that follows ends both
      side.on('close', () => {
        ways.delete(near);
        near.destroy();
        far.destroy();
      });
    }
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    address: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    holdReplies: () => {
      isHeld = true;
      for (const [near, far] of ways) far.unpipe(near).pause();
    },
    letThrough: () => {
      isHeld = false;
      for (const [near, far] of ways) far.pipe(near);
    },
    stop: async () => {
      for (const [near, far] of ways) [near, far].forEach((side) => side.destroy());
      server.close();
      await once(server, 'close');
    },
  };
}
