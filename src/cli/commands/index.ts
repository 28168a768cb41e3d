import { registerAgents } from './agents';
import { registerArtifacts } from './artifacts';
import { registerBatch } from './batch';
import { registerBudgets } from './budgets';
import { registerCassettes } from './cassettes';
import { registerConfig } from './config';
import { registerDemo } from './demo';
import { registerDiff } from './diff';
import { registerDoctor } from './doctor';
import { registerEstimate } from './estimate';
import { registerFork } from './fork';
import { registerGauntlet } from './gauntlet';
import { registerHistory } from './history';
import { registerLedger } from './ledger';
import { registerPartitions } from './partitions';
import { registerPrograms } from './programs';
import type { Registration } from './registration';
import { registerInspect, registerReplay } from './replay';
import { registerRun } from './run';
import { registerRuns } from './runs';
import { registerScenarios } from './scenarios';
import { registerSimulate } from './simulate';
import { registerSimulations } from './simulations';
import { registerTools } from './tools';
import { registerTasks } from './tasks';
import { registerUp } from './up';
import { registerUsage } from './usage';
import { registerWarGame } from './war-game';

/** In the order of `longhaul help`. */
export const COMMANDS: readonly Registration[] = [
  registerUp,
  registerDemo,
  registerDoctor,
  registerEstimate,
  registerRun,
  registerRuns,
  registerBatch,
  registerSimulate,
  registerSimulations,
  registerPartitions,
  registerFork,
  registerReplay,
  registerInspect,
  registerDiff,
  registerAgents,
  registerTasks,
  registerArtifacts,
  registerCassettes,
  registerTools,
  registerScenarios,
  registerBudgets,
  registerUsage,
  registerLedger,
  registerHistory,
  registerGauntlet,
  registerWarGame,
  registerConfig,
  registerPrograms,
];
