import type { Agent, AgentGraph, AgentKind } from './agent-graph';
import type { PathNode } from './critical-path';
import type { CassetteMode } from '../llm/cassette';
import { isPureTool } from '../tools/built-in';

/** A graph's structure without templates: all that the workflow needs, small enough for its history (≤ 512 KiB). */
export interface RunPlan {
  nodes: PlanNode[];
  maxParallelAgents: number;
  timeoutSeconds: number;
  allowPartialCompletion: boolean;
  /** Earlier runs that this one retries; absent in others. */
  origins?: string[];
  /** How model calls use recordings; absent: they are paid, whether they are recorded or not. */
  cassette?: Exclude<CassetteMode, 'record'>;
}

export interface PlanNode {
  name: string;
  /** Indices into `nodes`. */
  dependencies: number[];
  /** What is usual is left out, because a plan of 5,000 nodes has 512 KiB. Absent: see `USUAL`. */
  priority?: number;
  expectedSeconds?: number;
  timeoutSeconds?: number;
  /** Absent: `llm`. */
  kind?: Exclude<AgentKind, 'llm'>;
  /** A person has to agree before it begins. */
  approvesStart?: true;
  /** Absent: the agent has no tools. */
  maxToolRounds?: number;
  /**
   * `fast`: it costs nothing and takes no time worth an activity. `activity`: where model calls are answered by a
   * cassette, one whose tools only other workers know. Absent: see `laneOf`.
   */
  lane?: 'fast' | 'activity';
  /** Completed in an earlier run whose outputs were copied: it does not run. */
  reused?: true;
  /** Its calls keep the keys of this earlier run, so that what was stored there is used: an index into `origins`. */
  origin?: number;
}

/** What most definitions say; histories hold plans made with these values, so they never change. */
const USUAL = { priority: 5, expectedSeconds: 1, timeoutSeconds: 300 } as const;

export const priorityOf = ({ priority = USUAL.priority }: PlanNode): number => priority;
export const timeoutSecondsOf = ({ timeoutSeconds = USUAL.timeoutSeconds }: PlanNode): number => timeoutSeconds;

/** As the search for the longest path takes them. */
export function pathNodes(nodes: readonly PlanNode[]): PathNode[] {
  return nodes.map(({ dependencies, expectedSeconds = USUAL.expectedSeconds }) => ({ dependencies, expectedSeconds }));
}

/**
 * Travels with the start of every workflow run. The server warns of payloads above this, and refuses them above 2 MiB.
 */
export const PLAN_BYTES_MAX = 512 * 1024;

/** `probe`: beside the workflow first, and by an activity when that has no answer. */
export type Lane = 'fast' | 'probe' | 'activity';

/** A function of mode and kind, both of which are recorded with the run's start. */
export function laneOf({ cassette }: Pick<RunPlan, 'cassette'>, { kind, lane }: PlanNode): Lane {
  if (lane !== undefined) return lane;
  if (kind !== undefined || cassette === undefined) return 'activity';
  return cassette === 'replay' ? 'fast' : 'probe';
}

/** The graph must have passed validation: every dependency exists. */
export function planOf(graph: AgentGraph, mode?: CassetteMode): RunPlan {
  const cassette = mode === 'record' ? undefined : mode;
  const indexByName = new Map(graph.agents.map((agent, index) => [agent.name, index]));
  return {
    nodes: graph.agents.map((agent) => ({
      name: agent.name,
      dependencies: agent.dependencies.map((name) => indexByName.get(name)!),
      ...unusualParts(agent),
      ...(cassette !== undefined && hasOwnTools(agent) ? { lane: 'activity' as const } : {}),
    })),
    maxParallelAgents: graph.maxParallelAgents,
    timeoutSeconds: graph.timeoutSeconds,
    allowPartialCompletion: graph.allowPartialCompletion,
    ...(cassette === undefined ? {} : { cassette }),
  };
}

/** As it is written into history; names are ASCII. */
export function planBytes(plan: RunPlan): number {
  return JSON.stringify(plan).length;
}

/** What a node of a retried run has of an earlier one, as its row says. */
export interface NodeOrigin {
  name: string;
  /** Its output was copied from this run. */
  reusedFromRunId: string | null;
  /** Its calls keep the keys of this run. */
  originRunId: string | null;
}

export function withOrigins(plan: RunPlan, stored: readonly NodeOrigin[]): RunPlan {
  const byName = new Map(stored.map((origin) => [origin.name, origin]));
  const origins = [...new Set(stored.flatMap(({ originRunId }) => originRunId ?? []))];
  const nodes = plan.nodes.map((node) => ({ ...node, ...originParts(byName.get(node.name), origins) }));
  return { ...plan, nodes, ...(origins.length > 0 ? { origins } : {}) };
}

export function originRunIdOf({ nodes, origins }: RunPlan, index: number): string | undefined {
  const { origin } = nodes[index]!;
  return origin === undefined ? undefined : origins?.[origin];
}

function originParts(stored: NodeOrigin | undefined, origins: readonly string[]): Partial<PlanNode> {
  if (stored === undefined) return {};
  if (stored.reusedFromRunId !== null) return { reused: true };
  return stored.originRunId === null ? {} : { origin: origins.indexOf(stored.originRunId) };
}

function unusualParts(agent: Agent): Partial<PlanNode> {
  const usual = (field: keyof typeof USUAL) => (agent[field] === USUAL[field] ? {} : { [field]: agent[field] });
  return {
    ...usual('priority'),
    ...usual('expectedSeconds'),
    ...usual('timeoutSeconds'),
    ...(approvesStart(agent) ? { approvesStart: true } : {}),
    ...(agent.kind === 'llm' ? {} : { kind: agent.kind }),
    ...(agent.kind === 'llm' && agent.tools.length > 0 ? { maxToolRounds: agent.maxToolRounds } : {}),
    ...(agent.kind === 'script' && isPureTool(agent.script.tool) ? { lane: 'fast' } : {}),
  };
}

/** Requests hold what their tools say of themselves, and only pure ones are known beside the workflow. */
function hasOwnTools(agent: Agent): boolean {
  return agent.kind === 'llm' && !agent.tools.every(isPureTool);
}

/** A script is one tool call, so whoever has to agree to its side effects has to agree to its beginning. */
function approvesStart({ kind, approval }: Agent): boolean {
  return approval?.for === 'start' || (kind === 'script' && approval !== undefined);
}
