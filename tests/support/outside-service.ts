import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface SeenRequest {
  method: string;
  path: string;
  idempotencyKey: string | undefined;
  authorization: string | undefined;
  body: string;
  /** The other side went away before it was answered. */
  aborted: boolean;
}

/** A web service outside the product that tools talk to. */
export interface OutsideService {
  /** As in `tools.httpAllow`. */
  host: string;
  seen: SeenRequest[];
  /** From now on requests are not answered. */
  hold(): void;
  /** Answers what is held, and from now on everything. */
  release(): void;
  close(): Promise<void>;
}

/** Answers every request with what it was: JSON, with a count. */
export async function startOutsideService(): Promise<OutsideService> {
  const seen: SeenRequest[] = [];
  const held: (() => void)[] = [];
  let holding = false;
  const server = createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8').on('data', (text: string) => (body += text));
    request.on('end', () => {
      const { authorization, 'idempotency-key': key } = request.headers;
      const line: SeenRequest = {
        ...{ method: request.method!, path: request.url!, authorization, body, aborted: false },
        idempotencyKey: key as string | undefined,
      };
      seen.push(line);
      response.on('close', () => (line.aborted = !response.writableFinished));
      const answer = () => {
        response.setHeader('content-type', 'application/json');
        response.end(JSON.stringify({ count: seen.length, path: line.path, authorization }));
      };
      if (holding) held.push(answer);
      else answer();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    host: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    seen,
    hold: () => void (holding = true),
    release: () => {
      holding = false;
      for (const answer of held.splice(0)) answer();
    },
    close: () => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}
