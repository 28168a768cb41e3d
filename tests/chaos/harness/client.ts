import { randomUUID } from 'node:crypto';
import type { Stack } from '../../../src/adapters/embedded';
import type { ReconcileReport, RunView } from '../../../src/contracts/api.schema';
import type { AcceptedLine, BookLine } from '../../../src/model-server/book';
import { assert } from '../../../src/domain/kernel/assert';
import { readJsonLines } from '../../support/json-lines';
import { until } from '../../support/until';
import type { Work } from './workload';

const PATIENCE_MS = 60_000;
/** Longer, and a request that a killed process has swallowed would eat the patience. */
const REQUEST_MS = 10_000;

/** A user of the REST API who repeats what got no answer, with the same Idempotency-Key, as the guide tells him to. */
export class Client {
  constructor(private readonly stack: Stack) {}

  /** A graph is stored before it is run; a simulation comes with its start. */
  async define({ kind, definition }: Work): Promise<void> {
    if (kind === 'graph') await this.ask('POST', '/graphs', definition);
  }

  async start({ kind, name, definition }: Work): Promise<string> {
    const [path, body] = kind === 'graph' ? ['/runs', { graph: name }] : ['/simulations', definition];
    return (await this.ask<{ runId: string }>('POST', path, body)).runId;
  }

  /** How long the model server takes from now on. */
  async setLatency(latency: string): Promise<void> {
    const { origin } = new URL(this.stack.state.services.modelServer!.url);
    const [headers, body] = [{ 'content-type': 'application/json' }, JSON.stringify({ latency })];
    const { status } = await fetch(`${origin}/control/latency`, { method: 'POST', headers, body });
    assert(status === 200, `The model server answered ${status} to latency ${latency}`);
  }

  run(runId: string): Promise<RunView> {
    return this.ask('GET', `/runs/${runId}`);
  }

  /** The model server's own book, the independent one. */
  book(): BookLine[] {
    return readJsonLines<BookLine>(this.stack.state.services.modelServer!.logFile);
  }

  accepted(): AcceptedLine[] {
    return this.book().filter((line) => line.kind === 'accepted');
  }

  reconcile(): Promise<ReconcileReport> {
    const records = this.book().map(({ kind, attemptKey, ...line }) => ({
      ...{ kind, attemptKey },
      ...('inputTokens' in line ? { inputTokens: line.inputTokens, outputTokens: line.outputTokens } : {}),
    }));
    const until = new Date().toISOString();
    return this.ask('POST', `/ledger/reconcile?provider=scripted&completeUntil=${until}`, { records });
  }

  async ask<T>(method: string, path: string, body?: object): Promise<T> {
    const key = randomUUID();
    const ask = () => this.once<T>(method, path, body, key);
    const answer = await until(ask, (seen) => 'document' in seen, PATIENCE_MS, `${method} ${path}`);
    assert('document' in answer, 'until returns what was wanted');
    return answer.document;
  }

  private async once<T>(
    method: string,
    path: string,
    body: object | undefined,
    key: string,
  ): Promise<{ document: T } | { again: string }> {
    const { api, token } = this.stack.state;
    try {
      const response = await fetch(`${api!.url}${path}`, {
        method,
        headers: {
          authorization: `Bearer ${token}`,
          'content-type': 'application/json',
          ...(method === 'POST' ? { 'idempotency-key': key } : {}),
        },
        body: body && JSON.stringify(body),
        signal: AbortSignal.timeout(REQUEST_MS),
      });
      const text = await response.text();
      if (response.ok) return { document: JSON.parse(text) as T };
      // 503 and the 409 of a request in progress say so themselves; a 500 may be a store that died in the middle.
      if (response.status >= 500 || response.status === 409) return { again: `${response.status} ${text}` };
      throw new Refused(`${method} ${path}: ${response.status} ${text}`);
    } catch (error) {
      if (error instanceof Refused) throw error;
      return { again: (error as Error).message };
    }
  }
}

class Refused extends Error {}
