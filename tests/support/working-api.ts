import { startApi, type ApiUnderTest } from './api';
import { startModelServer, type ModelServer } from './model-server';
import { startProgram, type Program } from './programs';

/** The API in this process with a worker of all roles beside it: what is posted really runs. */
export interface WorkingApi extends ApiUnderTest {
  modelServer: ModelServer;
  worker: Program;
  /** What programs of the product beside it are started with. */
  env: NodeJS.ProcessEnv;
}

export async function startWorkingApi(env: NodeJS.ProcessEnv = {}): Promise<WorkingApi> {
  const modelServer = await startModelServer();
  const under = await startApi({ LONGHAUL_MODEL_SERVER_URL: modelServer.url, ...env });
  const { settings } = under.deps;
  const programEnv: NodeJS.ProcessEnv = {
    PATH: process.env['PATH'],
    HOME: settings.payloads.dir, // no .env or longhaul.yaml of the user
    DATABASE_URL: settings.postgres.url,
    REDIS_URL: settings.redis.url,
    TEMPORAL_ADDRESS: settings.temporal.address,
    LONGHAUL_PAYLOAD_DIR: settings.payloads.dir,
    LONGHAUL_TASK_QUEUE_PREFIX: settings.temporal.taskQueuePrefix,
    LONGHAUL_MODEL_SERVER_URL: modelServer.url,
    LONGHAUL_REQUESTS_PER_MINUTE: '100000',
    LONGHAUL_REQUESTS_PER_HOUR: '0',
    LONGHAUL_REQUESTS_PER_DAY: '0',
    LONGHAUL_TOKENS_PER_MINUTE: '0',
    LONGHAUL_CONCURRENT_REQUESTS: '200',
    LONGHAUL_LOG_LEVEL: 'warn',
    ...env,
  };
  const worker = await startProgram('worker/main.js', ['--role', 'all'], programEnv);
  const working: WorkingApi = {
    ...under,
    modelServer,
    worker,
    env: programEnv,
    close: async () => {
      await working.worker.stop('SIGKILL'); // a test may have put another one in its place
      await modelServer.stop();
      await under.close();
    },
  };
  return working;
}
