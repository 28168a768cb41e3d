import { Context } from '@temporalio/activity';
import { loadOutputs } from '../../adapters/postgres/call-context';
import { completeNode } from '../../adapters/postgres/complete-node';
import type { Tool } from '../../adapters/tools';
import { type IoActivities, type NodeCompletion, type NodeInput, toolKeyOf } from '../../contracts/agent-run';
import type { ScriptAgent } from '../../domain/agents/agent-graph';
import type { AgentOutput } from '../../domain/agents/agent-output';
import { assert } from '../../domain/kernel/assert';
import { LonghaulError } from '../../domain/kernel/errors';
import { callKeyOf } from '../../domain/kernel/ids';
import type { ToolOutcome, ToolResultRecord } from '../../domain/tools/tool';
import { type AgentContext, type AgentContextLoader, render } from '../agent-context';
import { heartbeating } from '../heartbeating';
import { runArtifact } from '../run-artifact';
import { toApplicationFailure } from '../to-application-failure';
import { executeOnce } from './execute-once';
import { executeTool } from './execute-tool';
import { argumentsProblem } from './judge-call';
import type { ToolActivityDeps } from './tool-activity-deps';

/** `fast`: beside the workflow, for pure tools only; the node's own completion is the row that makes it happen once. */
type Lane = 'activity' | 'fast';

/** The tool of a script agent: its result becomes the node's output, its failure the node's. */
export function createRunScript(
  deps: ToolActivityDeps,
  contexts: AgentContextLoader,
  lane: Lane,
): IoActivities['runScript'] {
  return async (input) => {
    try {
      if (lane === 'fast') return await runFast(deps, contexts, input);
      const done = await loadOutputs(deps.pool, input.tenant, input.runId, [input.node]);
      const ref = done.get(input.node)?.ref;
      if (ref !== undefined) return { outputRef: ref };
      const script = scriptOf(await contexts.load(input), deps);
      return await heartbeating(() => runOnce(deps, script, input));
    } catch (error) {
      throw toApplicationFailure(error);
    }
  };
}

interface Script {
  context: AgentContext<ScriptAgent>;
  tool: Tool;
  args: Record<string, unknown>;
}

/** @throws LonghaulError ToolFailed | TemplateFailed */
function scriptOf(context: AgentContext, { tools }: ToolActivityDeps): Script {
  const { agent } = context;
  assert(agent.kind === 'script', `Agent "${agent.name}" is of kind ${agent.kind}; it has no script`);
  const tool = tools.find(agent.script.tool);
  if (tool === undefined) throw toolFailed(agent, 'it is not installed here any more');
  const args = rendered(context, agent.script.arguments) as Record<string, unknown>;
  const wrong = argumentsProblem(tool, args);
  if (wrong !== undefined) throw toolFailed(agent, wrong);
  return { context: { ...context, agent }, tool, args };
}

/** Texts are templates, at any depth; everything else is what it is. */
function rendered(context: AgentContext, value: unknown): unknown {
  if (typeof value === 'string') return render(context, value);
  if (Array.isArray(value)) return value.map((item) => rendered(context, item));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, rendered(context, item)]));
}

/** Nobody looks first whether it ran before: that is rare, executing it again costs nothing, and the first output stays. */
async function runFast(
  deps: ToolActivityDeps,
  contexts: AgentContextLoader,
  input: NodeInput,
): Promise<NodeCompletion> {
  const script = scriptOf(await contexts.load(input), deps);
  const parents = script.context.dependencies.map(({ ref }) => ref);
  const outcome = await execute(deps, script, input);
  return await complete(deps, script, input, outcome, parents, {
    key: `${input.runId}/${input.node}`,
    stored: (ref, output) => contexts.keep(input, ref, output),
  });
}

async function runOnce(deps: ToolActivityDeps, script: Script, input: NodeInput): Promise<NodeCompletion> {
  const { tool, args, context } = script;
  const parents = context.dependencies.map(({ ref }) => ref);
  const { ref } = await executeOnce(deps, {
    ...{ input, toolKey: toolKey(input), tool: tool.name, args, revision: tool.revision, parentRefs: parents },
    shareable: tool.pure,
    repeatable: !tool.sideEffects || tool.idempotent === true,
    work: () => execute(deps, script, input),
  });
  const { outcome } = (await deps.readJson(input.tenant, ref)) as ToolResultRecord;
  return await complete(deps, script, input, outcome, [ref, ...parents]);
}

function execute(deps: ToolActivityDeps, { tool, args, context }: Script, input: NodeInput): Promise<ToolOutcome> {
  const { tenant, runId, node } = input;
  return executeTool({
    ...{ tool, args, timeoutMs: context.agent.timeoutSeconds * 1000 },
    context: {
      ...{ tenant, runId, node, idempotencyKey: toolKey(input) },
      readArtifact: (ref) => deps.readText(tenant, ref),
    },
    cancelled: Context.current().cancellationSignal,
  });
}

async function complete(
  deps: ToolActivityDeps,
  { context: { agent }, tool }: Script,
  input: NodeInput,
  outcome: ToolOutcome,
  parentRefs: string[],
  fast?: { key: string; stored(ref: string, output: AgentOutput): void },
): Promise<NodeCompletion> {
  if (!outcome.ok) throw toolFailed(agent, outcome.error);
  const output = outputOf(tool, outcome.value);
  const artifact = {
    ...(await runArtifact(deps.payloads, input, output)),
    ...{ parentRefs, tags: ['output'], model: output.model },
  };
  const { tenant, runId, node } = input;
  const model = output.model;
  const outputRef = await completeNode(deps.pool, {
    ...{ tenant, runId, node, artifacts: [artifact], outputRef: artifact.ref, model, fastKey: fast?.key },
  });
  if (outputRef === artifact.ref) fast?.stored(outputRef, output);
  deps.settled();
  return { outputRef };
}

function outputOf({ name }: Tool, value: unknown): AgentOutput {
  const isText = typeof value === 'string';
  const content = isText ? value : JSON.stringify(value);
  return { content, ...(isText ? {} : { json: value }), toolCalls: [], finishReason: 'stop', model: `tool:${name}` };
}

function toolKey({ originRunId, runId, node }: NodeInput): string {
  return toolKeyOf(callKeyOf(originRunId ?? runId, node, 0), 0);
}

const DETAIL_CHARS_MAX = 300;

function toolFailed({ name, script }: ScriptAgent, detail: string): LonghaulError {
  return new LonghaulError('ToolFailed', { agent: name, tool: script.tool, detail: detail.slice(0, DETAIL_CHARS_MAX) });
}
