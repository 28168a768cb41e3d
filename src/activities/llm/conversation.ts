import { loadCallResult } from '../../adapters/postgres/call-results';
import type { Pool } from '../../adapters/postgres';
import { loadToolResults } from '../../adapters/postgres/tool-results';
import { type CallAgentInput, toolKeyOf, type Turn } from '../../contracts/agent-run';
import { present } from '../../domain/kernel/assert';
import { callKeyOf } from '../../domain/kernel/ids';
import type { ChatAnswer } from '../../domain/llm/chat';
import type { ToolOutcome, ToolResultRecord } from '../../domain/tools/tool';

/** A turn with its texts: what the model asked for and what came of it, or what was wrong with its answer. */
export type PastTurn =
  { kind: 'tools'; answer: ChatAnswer; outcomes: ToolOutcome[] } | { kind: 'feedback'; detail: string };

export interface ConversationDeps {
  pool: Pool;
  readJson(tenant: string, ref: string): Promise<unknown>;
}

/** The texts of a node's earlier turns, from where they were stored when they happened. */
export async function loadConversation(deps: ConversationDeps, input: CallAgentInput): Promise<PastTurn[]> {
  return await Promise.all(input.turns.map((turn, callIndex) => pastTurn(deps, input, turn, callIndex)));
}

async function pastTurn(
  deps: ConversationDeps,
  input: CallAgentInput,
  turn: Turn,
  callIndex: number,
): Promise<PastTurn> {
  if (turn.kind === 'feedback') return turn;
  const callKey = callKeyOf(input.originRunId ?? input.runId, input.node, callIndex);
  const keys = Array.from({ length: turn.count }, (_, toolIndex) => toolKeyOf(callKey, toolIndex));
  const [answer, refs] = await Promise.all([
    storedAnswer(deps, input.tenant, callKey),
    loadToolResults(deps.pool, input.tenant, keys),
  ]);
  const outcomes = keys.map(async (key) => {
    const ref = present(refs.get(key), `Tool call ${key} was answered, but has no stored result`);
    return ((await deps.readJson(input.tenant, ref)) as ToolResultRecord).outcome;
  });
  return { kind: 'tools', answer, outcomes: await Promise.all(outcomes) };
}

/** The model's answer of a call that is paid for. */
export async function storedAnswer(deps: ConversationDeps, tenant: string, callKey: string): Promise<ChatAnswer> {
  return (await storedCall(deps, tenant, callKey)).answer;
}

/** The same with the artifact that holds it. */
export async function storedCall(
  deps: ConversationDeps,
  tenant: string,
  callKey: string,
): Promise<{ answer: ChatAnswer; ref: string }> {
  const { artifactRef: ref } = present(
    await loadCallResult(deps.pool, tenant, callKey),
    `Call ${callKey} was answered, but has no stored result`,
  );
  return { ref, answer: ((await deps.readJson(tenant, ref)) as { answer: ChatAnswer }).answer };
}
