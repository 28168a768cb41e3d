import type { RunView, Task, TaskPage } from '../../src/contracts/api.schema';
import { isTerminalRunStatus } from '../../src/domain/agents/run-state';
import { startApi, type ApiUnderTest } from './api';
import { startSystem, type System, type SystemOptions } from './system';
import { until } from './until';

/** Workers, model server and the API over one database: what people do goes through HTTP, what comes of it is real. */
export interface Served {
  system: System;
  under: ApiUnderTest;
  /** Stores the definition under its name and starts a run of it. */
  start(definition: { name: string }): Promise<string>;
  run(runId: string): Promise<RunView>;
  /** The run when `wanted` holds of it. */
  when(runId: string, wanted: (run: RunView) => boolean): Promise<RunView>;
  ended(runId: string): Promise<RunView>;
  /** The newest task of the run, once there is one. */
  asked(runId: string): Promise<Task>;
  /** What the model server accepted, by call key, in order. */
  paid(): Promise<string[]>;
  close(): Promise<void>;
}

/** @param env of workers and API */
export async function startServed(
  workers: readonly string[] = ['workflows', 'llm', 'io'],
  env: NodeJS.ProcessEnv = {},
  { dist }: Pick<SystemOptions, 'dist'> = {},
): Promise<Served> {
  const system = await startSystem({ workers, env, dist });
  const { DATABASE_URL, REDIS_URL, LONGHAUL_PAYLOAD_DIR } = system.env;
  const under = await startApi({
    ...{ DATABASE_URL, REDIS_URL, LONGHAUL_PAYLOAD_DIR },
    LONGHAUL_TASK_QUEUE_PREFIX: system.prefix,
    ...env,
  });
  const run = async (runId: string) => (await under.api.get(`/runs/${runId}`).expect(200)).body as RunView;
  const when = (runId: string, wanted: (view: RunView) => boolean) => until(() => run(runId), wanted);
  return {
    system,
    under,
    start: async (definition) => {
      await under.api.post('/graphs').send(definition);
      const { body } = await under.api.post('/runs').send({ graph: definition.name }).expect(201);
      return (body as { runId: string }).runId;
    },
    run,
    when,
    ended: (runId) => when(runId, ({ status }) => isTerminalRunStatus(status)),
    asked: async (runId) => {
      const tasks = async () => ((await under.api.get(`/runs/${runId}/tasks`).expect(200)).body as TaskPage).items;
      return (await until(tasks, (items) => items.length > 0))[0]!;
    },
    paid: async () =>
      (await system.modelServer.readAccepted()).flatMap(({ attemptKey }) => attemptKey?.split('#')[0] ?? []),
    close: async () => {
      await under.close();
      await system.close();
    },
  };
}
