import { once } from 'node:events';
import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A way to an API on which every stream of events breaks off after its first bytes, as behind a proxy with little patience. */
export interface StreamCutter {
  url: string;
  /** How many streams broke off. */
  cuts(): number;
  stop(): Promise<void>;
}

export async function startStreamCutter(target: string): Promise<StreamCutter> {
  let cuts = 0;
  const server = createServer((near, answer) => {
    const { method, url, headers } = near;
    const far = request(`${target}${url}`, { method, headers }, (reply) => {
      answer.writeHead(reply.statusCode!, reply.headers);
      if (!reply.headers['content-type']?.startsWith('text/event-stream')) return void reply.pipe(answer);
      reply.once('data', (bytes) => {
        cuts += 1;
        answer.write(bytes, () => answer.destroy());
        far.destroy();
      });
      reply.on('error', () => undefined); // it was cut
    });
    near.pipe(far);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    cuts: () => cuts,
    stop: async () => {
      server.close().closeAllConnections();
      await once(server, 'close');
    },
  };
}
