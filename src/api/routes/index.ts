import type { Route } from '../route';
import { artifactRoutes } from './artifacts';
import { batchRoutes } from './batches';
import { budgetRoutes } from './budgets';
import { cassetteRoutes } from './cassettes';
import { completionRoutes } from './completions';
import { estimateRoutes } from './estimates';
import { graphRoutes } from './graphs';
import { healthRoutes } from './health';
import { ledgerRoutes } from './ledger';
import { runDetailRoutes } from './run-details';
import { runHistoryRoutes } from './run-history';
import { runRoutes } from './runs';
import { runControlRoutes } from './run-control';
import { systemRoutes } from './system';
import { timelineRoutes } from './timeline';
import { toolRoutes } from './tools';
import { taskRoutes } from './tasks';
import { usageRoutes } from './usage';

/** Every endpoint. Literal paths come before those with a parameter in the same place. */
export const ROUTES: readonly Route[] = [
  ...graphRoutes,
  ...runRoutes,
  ...runDetailRoutes,
  ...runHistoryRoutes,
  ...timelineRoutes,
  ...batchRoutes,
  ...runControlRoutes,
  ...taskRoutes,
  ...artifactRoutes,
  ...cassetteRoutes,
  ...toolRoutes,
  ...systemRoutes,
  ...budgetRoutes,
  ...usageRoutes,
  ...estimateRoutes,
  ...ledgerRoutes,
  ...completionRoutes,
  ...healthRoutes,
];
