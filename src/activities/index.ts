import type { Pool } from '../adapters/postgres';
import type { FrameWriter } from '../adapters/redis/live-frames';
import type { FastActivities, IoActivities, LlmActivities } from '../contracts/agent-run';
import type { Agents } from '../adapters/agents';
import type {
  SimulationAgentActivities,
  SimulationFastActivities,
  SimulationIoActivities,
  SimulationLlmActivities,
} from '../contracts/simulation';
import type { CompletionActivities } from '../contracts/completion';
import type { CassettePlayer } from '../gateway';
import { AgentContextLoader } from './agent-context';
import type { LlmBatchActivities } from '../contracts/llm-batch';
import type { PartitionActivities } from '../contracts/partitioned-simulation';
import type { BatchActivities } from '../contracts/run-batch';
import { type BatchActivityDeps, createBatchActivities } from './io/batch-members';
import { createRecordProgress } from './io/record-progress';
import { type BatchStepDeps, createBatchSteps } from './llm/batch-steps';
import { createCallAgent, type LlmActivityDeps } from './llm/call-agent';
import { type CompleteDeps, createComplete } from './llm/complete';
import { createPlayCall } from './llm/play-call';
import { createCompleteFromAnswer } from './people/complete-from-answer';
import { createOpenTask } from './people/open-task';
import { createConclude } from './simulation/conclude';
import { createDecideOutside } from './simulation/decide-outside';
import { createDecide } from './simulation/decide';
import { LearnedWords } from './simulation/learned-words';
import { createPlacePartition } from './simulation/place-partition';
import { createOpenFork } from './simulation/open-fork';
import { createPlayDecision, createPlayReview } from './simulation/play-answer';
import { createPlayOn } from './simulation/play-on';
import { OwnTurns } from './simulation/own-turns';
import { Positions } from './simulation/positions';
import { createRecordTicks } from './simulation/record-ticks';
import { RecordingTurns } from './simulation/recording-turns';
import { createReviewMemory } from './simulation/review-memory';
import { SimulationLoader } from './simulation/simulation-loader';
import { createCallTool } from './tools/call-tool';
import { createRunScript } from './tools/run-script';
import type { ToolActivityDeps } from './tools/tool-activity-deps';

export type IoActivityDeps = ToolActivityDeps & { gateway: CassettePlayer; frames: Pick<FrameWriter, 'show'> };
export type FastActivityDeps = ToolActivityDeps & { gateway: CassettePlayer };

/** The activities of each role, as the worker registers them. */
export function llmActivities(
  deps: BatchStepDeps & CompleteDeps,
): LlmActivities & CompletionActivities & LlmBatchActivities & SimulationLlmActivities {
  const contexts = new AgentContextLoader(deps.pool, deps.payloads);
  const minds = mindsOf(deps);
  return {
    callAgent: createCallAgent(deps, contexts),
    complete: createComplete(deps),
    decide: createDecide(minds),
    reviewMemory: createReviewMemory(minds),
    ...createBatchSteps(deps, contexts),
  };
}

export function ioActivities(
  deps: IoActivityDeps & BatchActivityDeps,
): IoActivities & BatchActivities & SimulationIoActivities & PartitionActivities {
  const contexts = new AgentContextLoader(deps.pool, deps.payloads);
  const minds = mindsOf(deps);
  const { simulations } = minds;
  const positions = new Positions(deps.pool, deps.payloads, simulations);
  const recording = { pool: deps.pool, simulations, positions };
  const own = new OwnTurns();
  return {
    recordProgress: createRecordProgress(deps),
    callTool: createCallTool(deps, contexts),
    runScript: createRunScript(deps, contexts, 'activity'),
    openTask: createOpenTask(deps, contexts),
    completeFromAnswer: createCompleteFromAnswer(deps, contexts),
    ...createBatchActivities(deps),
    recordTicks: createRecordTicks({ ...recording, turns: new RecordingTurns(own) }),
    playOn: createPlayOn({ ...minds, ...recording, own }),
    openFork: createOpenFork(recording),
    placePartition: createPlacePartition(deps),
    conclude: createConclude({ ...deps, ...recording }),
  };
}

/** What the queue `agents` takes: whoever decides outside this program. */
export function agentActivities({ pool, agents }: { pool: Pool; agents: Agents }): SimulationAgentActivities {
  return { decideOutside: createDecideOutside({ pool, agents, simulations: new SimulationLoader(pool) }) };
}

/** Local activities of the workflows role. */
export function fastActivities(deps: FastActivityDeps): FastActivities {
  const contexts = new AgentContextLoader(deps.pool, deps.payloads);
  return { runScript: createRunScript(deps, contexts, 'fast'), playCall: createPlayCall(deps, contexts) };
}

/** Local activities of the simulations role. */
export function simulationFastActivities(deps: FastActivityDeps): SimulationFastActivities {
  const minds = mindsOf(deps);
  return {
    playDecision: createPlayDecision(minds),
    playReview: createPlayReview(minds),
  };
}

function mindsOf<D extends Pick<LlmActivityDeps, 'pool' | 'readJson'>>(deps: D) {
  return { ...deps, simulations: new SimulationLoader(deps.pool), words: new LearnedWords(deps.readJson) };
}
