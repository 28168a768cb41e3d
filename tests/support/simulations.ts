import { randomUUID } from 'node:crypto';
import type { SimulationView, TicksPage } from '../../src/contracts/api.schema';
import { isTerminalRunStatus } from '../../src/domain/agents/run-state';
import type { Served } from './served';
import { until } from './until';

/** A long simulation on a busy machine. */
const WITHIN_MS = 120_000;

export const bot = (name: string, id = 'seller') => ({ id, kind: 'script', bot: name });
export const seller = (instructions = '', model = 'scripted-seller') => ({
  ...{ id: 'seller', kind: 'llm', instructions },
  llmConfig: { model, maxTokens: 2_000 },
});

/** What tests do with simulations, over HTTP. */
export function simulationsOf({ under: { api }, system }: Served) {
  const view = async (runId: string) => (await api.get(`/simulations/${runId}`).expect(200)).body as SimulationView;
  const when = (runId: string, wanted: (simulation: SimulationView) => boolean) =>
    until(() => view(runId), wanted, WITHIN_MS);
  const created = async (path: string, body: object) =>
    ((await api.post(path).send(body).expect(201)).body as { runId: string }).runId;
  return {
    start: (body: object) => created('/simulations', body),
    fork: (runId: string, body: object) => created(`/simulations/${runId}/fork`, body),
    view,
    when,
    ended: (runId: string) => when(runId, ({ status }) => isTerminalRunStatus(status)),
    paused: (runId: string) => when(runId, ({ pausedAt }) => pausedAt !== null),
    ticks: async (runId: string): Promise<TicksPage['items']> =>
      ((await api.get(`/simulations/${runId}/ticks?limit=1000`).expect(200)).body as TicksPage).items,
    post: (runId: string, action: string, body: object = {}) => api.post(`/simulations/${runId}/${action}`).send(body),
    /** Steers; a worker that is too busy to answer in time is asked again, under the same key. */
    steer: async (runId: string, action: string, body: object = {}): Promise<void> => {
      const key = randomUUID();
      const ask = () => api.post(`/simulations/${runId}/${action}`).set('idempotency-key', key).send(body);
      const { status } = await until(ask, (answer) => answer.status !== 503, WITHIN_MS);
      if (status !== 200) throw new Error(`${action}: answered ${status}`);
    },
    change: async (runId: string, terms: object): Promise<void> => {
      const key = randomUUID();
      const ask = () => api.put(`/simulations/${runId}`).set('idempotency-key', key).send(terms);
      const { status, body } = await until(ask, (answer) => answer.status !== 503, WITHIN_MS);
      if (status !== 200) throw new Error(`change: answered ${status} ${JSON.stringify(body)}`);
    },
    /** Types of what people read as the run's history. */
    history: async (runId: string): Promise<{ type: string; data: Record<string, unknown> }[]> =>
      ((await api.get(`/runs/${runId}/events?limit=200`).expect(200)).body as { items: never[] }).items,
    /** Decisions that the model server accepted for the run: `{tick}/{agent}/{callIndex}`, in order. */
    paid: async (runId: string): Promise<string[]> =>
      (await system.modelServer.readAccepted()).flatMap(({ attemptKey }) =>
        attemptKey?.startsWith(`${runId}/`) ? [attemptKey.slice(runId.length + 1).split('#')[0]!] : [],
      ),
  };
}
