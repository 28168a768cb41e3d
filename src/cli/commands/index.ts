import { registerArtifacts } from './artifacts';
import { registerBatch } from './batch';
import { registerBudgets } from './budgets';
import { registerCassettes } from './cassettes';
import { registerConfig } from './config';
import { registerDemo } from './demo';
import { registerDoctor } from './doctor';
import { registerEstimate } from './estimate';
import { registerHistory } from './history';
import { registerLedger } from './ledger';
import { registerPrograms } from './programs';
import type { Registration } from './registration';
import { registerRun } from './run';
import { registerRuns } from './runs';
import { registerTools } from './tools';
import { registerTasks } from './tasks';
import { registerUp } from './up';
import { registerUsage } from './usage';

/** In the order of `longhaul help`. */
export const COMMANDS: readonly Registration[] = [
  registerUp,
  registerDemo,
  registerDoctor,
  registerEstimate,
  registerRun,
  registerRuns,
  registerBatch,
  registerTasks,
  registerArtifacts,
  registerCassettes,
  registerTools,
  registerBudgets,
  registerUsage,
  registerLedger,
  registerHistory,
  registerConfig,
  registerPrograms,
];
