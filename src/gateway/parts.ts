import type { Batches } from './batches';
import type { Breakers } from './breakers';
import type { Commits } from './commits';
import type { GatewayDeps } from './deps';
import type { LeaseKeeper } from './lease-keeper';
import type { Permits } from './permits';

/** What all calls of one process share. */
export interface Parts {
  deps: GatewayDeps;
  owner: string;
  batches: Batches;
  breakers: Breakers;
  commits: Commits;
  keeper: LeaseKeeper;
  permits: Permits;
  settleWithinMs: number;
}
