import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { AgentQuestion } from '../../src/domain/simulation/runners/question';

export interface AskedThere {
  key: string | undefined;
  authorization: string | undefined;
  question: AgentQuestion;
}

type Behaviour = 'well' | 'silent' | 'quoting' | 'refusing' | number;

/** An agent behind HTTP that a test steers. */
export interface AgentService {
  /** As in `runners.httpAllow`. */
  host: string;
  url: string;
  asked: AskedThere[];
  /** From now on it answers with this status, or not at all, or quotes what it was sent: `quoting` in its decision, `refusing` with status 401. */
  behave(as: Behaviour): void;
  close(): Promise<void>;
}

export async function startAgentService(): Promise<AgentService> {
  const asked: AskedThere[] = [];
  let behaviour: Behaviour = 'well';
  const server = createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8').on('data', (text: string) => (body += text));
    request.on('end', () => {
      const question = JSON.parse(body) as AgentQuestion;
      const { authorization } = request.headers;
      asked.push({ key: request.headers['idempotency-key'] as string | undefined, authorization, question });
      if (behaviour === 'silent') return;
      const status = typeof behaviour === 'number' ? behaviour : behaviour === 'refusing' ? 401 : 200;
      const reasoning = behaviour === 'quoting' || behaviour === 'refusing' ? `sent: ${authorization}` : 'as always';
      response.writeHead(status, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ decision: { accept_all_orders: true, reasoning } }));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    ...{ host, url: `http://${host}/decide`, asked },
    behave: (as) => void (behaviour = as),
    close: () => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}
