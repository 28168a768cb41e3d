import type { ProgressDelta } from '../domain/agents/progress-delta';
import type { RunStatus } from '../domain/agents/run-state';
import type { CarriedBeside } from '../domain/deciders/beside';
import type { Course, Known } from '../domain/deciders/course';
import type { DecideResult, DecisionAsked, ReviewAsked, ReviewResult } from '../domain/deciders/model-call';
import type { Json } from '../domain/kernel/canonical-json';
import type { Stop } from '../domain/simulation/fast-forward';
import type { Position } from '../domain/simulation/position';
import type { Stretch } from '../domain/simulation/replay';
import type { CarriedBudgets } from '../domain/simulation/budget/agent-budgets';
import type { Minds } from '../domain/simulation/run/minds';
import type { CarriedRequests, ExternalRequest } from '../domain/simulation/run/external-requests';
import type { CarriedControl, Hint, Parked } from '../domain/simulation/run/simulation-control';
import type { CarriedGate } from '../domain/simulation/partitions/partition-gate';
import type { Done, PartitionEnd, Why } from '../domain/simulation/partitions/tick-barrier';
import type { SimulationPlan } from '../domain/simulation/run/simulation-plan';
import type { SimulationTerms } from '../domain/simulation/run/simulation-terms';
import type { Spent } from '../domain/simulation/run/spent';
import type { PartitionMessage } from '../domain/simulation/world';

/** Names and types of the simulation run that its starter, workflow, activities and tests share. */
export const SIMULATION_RUN = 'simulationRun';
export const SIMULATION_KIND = 'simulation';

export interface SimulationInput {
  tenant: string;
  runId: string;
  /** Shown in the Web UI. */
  name: string;
  plan: SimulationPlan;
  /** Set for a fork: it begins where its parent stood, and an activity brings that position. */
  isFork?: boolean;
  /** Set for a run that plays one partition of a simulation: it goes on when its coordinator says so. */
  seat?: PartitionSeat;
  taskQueuePrefix: string;
  /** Set by continue-as-new. */
  carried?: CarriedSimulation;
  /** Test hook: continue as new after this many history events instead of the default. */
  continueAsNewAfterEvents?: number;
}

/** What one run of the workflow hands to the next: the snapshot, once, and what people said. */
export interface CarriedSimulation {
  position: Position<Json, Json>;
  control: CarriedControl;
  failures: [agentId: string, failures: number][];
  requests: CarriedRequests;
  forwarding?: Forwarding;
  spent: Spent;
  minds: Minds;
  budgets: CarriedBudgets;
  progressSeq: number;
  cpuMsPerTick: number;
  /** Ticks that are played beside the workflow. Absent: in histories from before. */
  beside?: CarriedBeside;
  /** Of a partition: how far it may play, what it hears, what it has said. */
  gate?: CarriedGate;
}

/** The place of a run in a partitioned simulation. */
export interface PartitionSeat {
  /** Whom it tells how far it is. */
  coordinatorWorkflowId: string;
  position: number;
  /** Unique among the partitions; its messages are signed with it. */
  name: string;
  heartbeatMs: number;
}

/** A fast-forward under way. */
export interface Forwarding extends Stop {
  fromTick: number;
}

export interface SimulationResult {
  status: RunStatus;
  reasonCode?: string;
  reason?: string;
  /** How many are done. */
  ticks: number;
  hash: string;
  costMicroUsd: number;
}

/** Answer of the `simulationState` query: what is true now; the read model follows. */
export interface SimulationStateView {
  tick: number;
  ticks: number;
  paused: boolean;
  parked?: Parked;
  forwarding?: Forwarding;
  hints: number;
  requests: ExternalRequest[];
  historyLength: number;
}

export const SIMULATION_STATE_QUERY = 'simulationState';

// ── updates: each is checked before it is accepted ──────────────────────────────────────────────────────────────
// `pause` and `resume` are those of agent runs.

export const ADVANCE_UPDATE = 'advance';
export const STOP_UPDATE = 'stop';
export const HINT_UPDATE = 'hint';
export const ANSWER_UPDATE = 'answer';
export const TERMS_UPDATE = 'terms';

export interface AdvanceInput {
  ticks: number;
}

export type HintInput = Hint;

export type TermsInput = SimulationTerms;

export interface AnswerInput {
  agentId: string;
  /** As it came; the world reads it. */
  raw: Json;
}

// ── a partition and its coordinator: signals, which wait in Temporal for whoever is away ───────────────────────────

/** To a partition: play up to this tick. */
export const PARTITION_WINDOW_SIGNAL = 'partitionWindow';
/** To a partition: end with the tick that is done. */
export const PARTITION_STOP_SIGNAL = 'partitionStop';
/** To a partition: the others go on without it. */
export const PARTITION_REMOVED_SIGNAL = 'partitionRemoved';
/** To the coordinator: the window is played. */
export const PARTITION_ARRIVED_SIGNAL = 'partitionArrived';
/** To the coordinator: its worker serves it. */
export const PARTITION_ALIVE_SIGNAL = 'partitionAlive';
/** To the coordinator: its run is over. */
export const PARTITION_ENDED_SIGNAL = 'partitionEnded';

export interface PartitionWindow {
  untilTick: number;
  messages: PartitionMessage[];
}

export type PartitionRemoved = Why;

export interface PartitionArrived {
  position: number;
  done: Done;
  messages: PartitionMessage[];
}

export interface PartitionAlive {
  position: number;
  tick: number;
}

export interface PartitionEnded {
  position: number;
  end: PartitionEnd;
  done: Done;
}

// ── activities ───────────────────────────────────────────────────────────────

/** Whose call it is. */
interface OfAgent {
  tenant: string;
  runId: string;
  /** Of the world, in the tick that it is of. */
  worldVersion: number;
  agentId: string;
}

export type DecideInput = OfAgent & DecisionAsked;
export type ReviewInput = OfAgent & ReviewAsked;

export interface SimulationLlmActivities {
  reviewMemory(input: ReviewInput): Promise<ReviewResult>;
  decide(input: DecideInput): Promise<DecideResult>;
}

/** Executed beside the workflow; the result is the row of the call. */
export interface SimulationFastActivities {
  /** One decision, answered by the run's cassette. */
  playDecision(input: DecideInput): Promise<DecideResult | Missed>;
  playReview(input: ReviewInput): Promise<ReviewResult | Missed>;
}

/** The cassette has no answer; whether that is an error the run's mode says. */
export interface Missed {
  outcome: 'miss';
  detail: string;
}

/** One agent outside, asked in one round of one tick. */
export interface DecideOutsideInput {
  tenant: string;
  runId: string;
  worldVersion: number;
  agentId: string;
  /** How many ticks are done. */
  tick: number;
  round: number;
  view: Json;
  hints: string[];
}

/** `failed`: after all of its tries. */
export type DecideOutsideResult =
  { outcome: 'decided'; decision: Json; feedback: string[] } | { outcome: 'failed'; detail: string };

export interface SimulationAgentActivities {
  decideOutside(input: DecideOutsideInput): Promise<DecideOutsideResult>;
}

/** A place of a run by which two computations of it are compared. */
export interface Waypoint {
  tick: number;
  hash: string;
}

/** What was decided between two waypoints. */
export interface RecordTicksInput {
  tenant: string;
  runId: string;
  /** Of the world that played them. What is before the first of them may be another version's. */
  worldVersion: number;
  from: Waypoint;
  stretches: Stretch<Json>[];
  to: Waypoint;
  /** What people did meanwhile, for the read model. */
  progress?: { seq: number; delta: ProgressDelta };
}

export interface RecordTicksResult {
  /** Of one tick, computed outside the sandbox; by it the workflow sizes its slices. */
  cpuMsPerTick: number;
}

/** What is recorded first, and how the run goes on from there. */
export interface PlayOnInput extends RecordTicksInput {
  course: Course;
  /** At most so far: whoever plays a stretch a second time comes to the same end. */
  untilTick: number;
}

export interface PlayOnResult {
  /** After the last tick that was played and recorded; the one where it began, when none was plain. */
  position: Position<Json, Json>;
  hash: string;
  /** Of agents that were asked. */
  known?: Known;
  /** Who decided for itself at least once. */
  answered: string[];
  /** What it computes, without its waits; absent when there was no tick. */
  cpuMsPerTick?: number;
}

export interface ConcludeResult {
  resultRef: string;
  violations: number;
  /** By the world's measures, 0 to 100; absent where it cannot be told. */
  score?: number;
  /** Whether the scenario's criteria are met by everybody who is judged; absent without a stored scenario. */
  passed?: boolean;
}

export interface SimulationIoActivities {
  /** Computes the ticks again, and writes them when it comes to the same hash. */
  recordTicks(input: RecordTicksInput): Promise<RecordTicksResult>;
  /** The same, and then plays and records the ticks after them, as long as they are plain. */
  playOn(input: PlayOnInput): Promise<PlayOnResult>;
  /** Makes what is left of a run an artifact, held against the world's contract and its scenario's criteria. */
  conclude(input: { tenant: string; runId: string; tick: number }): Promise<ConcludeResult>;
  /** Where a fork begins: its parent's position at the fork tick, with what the fork changes. */
  openFork(input: { tenant: string; runId: string }): Promise<{ position: Position<Json, Json>; minds: Minds }>;
}
