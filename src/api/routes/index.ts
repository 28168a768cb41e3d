import type { Route } from '../route';
import { agentRoutes } from './agents';
import { artifactRoutes } from './artifacts';
import { batchRoutes } from './batches';
import { budgetRoutes } from './budgets';
import { cassetteRoutes } from './cassettes';
import { completionRoutes } from './completions';
import { estimateRoutes } from './estimates';
import { eventRoutes } from './events';
import { graphRoutes } from './graphs';
import { healthRoutes } from './health';
import { ledgerRoutes } from './ledger';
import { metricRoutes } from './metrics';
import { partitionedSimulationRoutes } from './partitioned-simulations';
import { runDetailRoutes } from './run-details';
import { runHistoryRoutes } from './run-history';
import { runRoutes } from './runs';
import { runControlRoutes } from './run-control';
import { simulationControlRoutes } from './simulation-control';
import { simulationLiveRoutes } from './simulation-live';
import { simulationRecordRoutes } from './simulation-record';
import { simulationTickRoutes } from './simulation-ticks';
import { simulationRoutes } from './simulations';
import { scenarioRoutes } from './scenarios';
import { systemRoutes } from './system';
import { timelineRoutes } from './timeline';
import { toolRoutes } from './tools';
import { taskRoutes } from './tasks';
import { usageRoutes } from './usage';
import { warGameRoutes } from './war-games';

/** Every endpoint. Literal paths come before those with a parameter in the same place. */
export const ROUTES: readonly Route[] = [
  ...graphRoutes,
  ...scenarioRoutes,
  ...runRoutes,
  ...runDetailRoutes,
  ...runHistoryRoutes,
  ...timelineRoutes,
  ...batchRoutes,
  ...runControlRoutes,
  ...taskRoutes,
  ...simulationRoutes,
  ...simulationTickRoutes,
  ...simulationLiveRoutes,
  ...simulationRecordRoutes,
  ...simulationControlRoutes,
  ...partitionedSimulationRoutes,
  ...agentRoutes,
  ...artifactRoutes,
  ...eventRoutes,
  ...cassetteRoutes,
  ...toolRoutes,
  ...systemRoutes,
  ...metricRoutes,
  ...budgetRoutes,
  ...usageRoutes,
  ...estimateRoutes,
  ...ledgerRoutes,
  ...completionRoutes,
  ...warGameRoutes,
  ...healthRoutes,
];
