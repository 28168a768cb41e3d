import { Context } from '@temporalio/activity';
import { newId } from '../../adapters/postgres/new-id';
import { beginTool, type EndedTool, endTool } from '../../adapters/postgres/tool-results';
import type { NodeInput } from '../../contracts/agent-run';
import type { NewArtifact } from '../../domain/artifacts/header';
import { hashJson } from '../../domain/kernel/hash';
import { LonghaulError } from '../../domain/kernel/errors';
import type { ToolOutcome, ToolResultRecord } from '../../domain/tools/tool';
import { runArtifact } from '../run-artifact';
import type { ToolActivityDeps } from './tool-activity-deps';

export interface OnceCall {
  input: NodeInput;
  toolKey: string;
  /** As it was asked for. */
  tool: string;
  args: unknown;
  revision?: string;
  shareable: boolean;
  /** It may be executed again when nobody knows how it ended. */
  repeatable: boolean;
  parentRefs: string[];
  work(): Promise<ToolOutcome>;
}

/** A tool that broke off this often has a defect, or its service is away for longer than anybody waits. */
const TRIES_MAX = 8;
const NAME_CHARS_MAX = 64;

/**
 * One row per tool key, begun before the tool is executed and ended with its result: a retry finds the result, or knows
 * that there was a try. Killed in between, a tool with side effects is not executed a second time.
 */
export async function executeOnce(deps: ToolActivityDeps, call: OnceCall): Promise<EndedTool> {
  const { input, toolKey, args, revision, shareable } = call;
  const tool = call.tool.slice(0, NAME_CHARS_MAX);
  const begun = await beginTool(deps.pool, {
    ...{ tenant: input.tenant, runId: input.runId, node: input.node, toolKey, tool, shareable },
    argumentsHash: hashJson({ args, revision }),
    begunBy: newId(),
  });
  if (begun.state === 'ended') return begun;
  const outcome = await outcomeOf(call, begun.state === 'again');
  const artifact = await storedResult(deps, call, { tool, arguments: args, outcome });
  const ended = await endTool(deps.pool, { tenant: input.tenant, toolKey, ok: outcome.ok, artifact });
  deps.settled();
  return ended;
}

async function outcomeOf({ repeatable, work }: OnceCall, again: boolean): Promise<ToolOutcome> {
  const { attempt } = Context.current().info;
  if (again && !repeatable) return unknown('The process that executed this tool was lost.');
  // One that ends its process each time never comes to breaking off.
  if (again && attempt > TRIES_MAX) return givenUp('its process was lost');
  try {
    return await work();
  } catch (error) {
    if (!LonghaulError.is(error) || error.code !== 'ToolBroken') throw error;
    if (!repeatable) return unknown(error.message);
    if (attempt >= TRIES_MAX) return givenUp(error.message);
    throw error;
  }
}

function unknown(why: string): ToolOutcome {
  return { ok: false, error: `${why} Its outcome is unknown, and it was not repeated.` };
}

function givenUp(why: string): ToolOutcome {
  return { ok: false, error: `Given up after ${TRIES_MAX} tries. The last one: ${why}` };
}

async function storedResult(
  { payloads }: ToolActivityDeps,
  { input, toolKey, parentRefs }: OnceCall,
  record: ToolResultRecord,
): Promise<NewArtifact> {
  return {
    ...(await runArtifact(payloads, input, record)),
    type: 'tool_result',
    parentRefs,
    tags: ['tool'],
    meta: { tool: record.tool, ok: record.outcome.ok },
    idempotencyKey: toolKey,
  };
}
