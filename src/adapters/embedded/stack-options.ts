import type { SearchAttributes } from './temporal-probe';
import type { StackEvent } from './stack-events';

export const WORKER_ROLES = ['workflows', 'simulations', 'llm', 'io'] as const;

export interface StackOptions {
  /** The stack lives in `<dir>/.longhaul`: state, logs, data, payloads. */
  dir: string;
  /** `services`: Temporal, PostgreSQL and Redis, nothing of ours, no migration. */
  only?: 'services' | 'all';
  /** Servers that the user named; whatever is missing here is embedded. */
  external?: {
    temporal?: { address: string; namespace: string; uiUrl?: string } | undefined;
    databaseUrl?: string | undefined;
    redisUrl?: string | undefined;
  };
  /** Free ones where none is given. */
  ports?: Partial<Record<'temporal' | 'temporalUi' | 'postgres' | 'redis' | 'modelServer' | 'api', number>>;
  searchAttributes: SearchAttributes;
  /** More Temporal settings, for tests that force what is rare (`history.workflowIdReuseMinimalInterval`). */
  temporalDynamicConfig?: Readonly<Record<string, unknown>>;
  modelServerArgs?: readonly string[];
  /** Added to the environment of workers and API. */
  workerEnv?: Readonly<Record<string, string>>;
  /** Keeps one more process per worker role, booted and waiting, that takes over when its sibling dies. */
  standby?: boolean;
  /** False lets PostgreSQL forget with the machine (not with the process), for quicker tests. */
  durable?: boolean;
  onEvent?: (event: StackEvent) => void;
  /** Gives the start up; everything that runs by then is stopped. */
  signal?: AbortSignal;
}
