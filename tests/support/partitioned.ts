import type { PartitionedProgress, PartitionedStarted, PartitionedView } from '../../src/contracts/api.schema';
import { isTerminalRunStatus } from '../../src/domain/agents/run-state';
import type { Served } from './served';
import { until } from './until';

const WITHIN_MS = 150_000;

/** What tests do with simulations of several partitions, over HTTP. */
export function partitionedOf({ under: { api } }: Served) {
  const path = (runId: string) => `/partitioned-simulations/${runId}`;
  const view = async (runId: string) => (await api.get(path(runId)).expect(200)).body as PartitionedView;
  const when = (runId: string, wanted: (whole: PartitionedView) => boolean) =>
    until(() => view(runId), wanted, WITHIN_MS);
  const history = async (runId: string): Promise<{ type: string; data: Record<string, unknown> }[]> =>
    ((await api.get(`/runs/${runId}/events?limit=200`).expect(200)).body as { items: never[] }).items;
  return {
    start: async (body: object) =>
      (await api.post('/partitioned-simulations').send(body).expect(201)).body as PartitionedStarted,
    refused: async (body: object) =>
      JSON.stringify((await api.post('/partitioned-simulations').send(body).expect(422)).body),
    view,
    when,
    ended: (runId: string) => when(runId, ({ status }) => isTerminalRunStatus(status)),
    progress: async (runId: string) =>
      (await api.get(`${path(runId)}/progress`).expect(200)).body as PartitionedProgress,
    post: (runId: string, action: string) => api.post(`${path(runId)}/${action}`).send({}),
    history,
    removed: async (runId: string) => {
      const first = async () => (await history(runId)).find(({ type }) => type === 'partition-removed');
      return (await until(first, (event) => event !== undefined, WITHIN_MS))!;
    },
  };
}
